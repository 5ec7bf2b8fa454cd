#pragma once

#include "engine/base/system.h"
#include "engine/client/remote_cluster.h"
#include "http_fixture.h"

#include <future>

namespace wheelhouse::testing {

/// Answers each request with what the test's function makes of it, at once.
class ScriptHandler final : public apiserver::Handler {
  public:
    using Script = std::function<apiserver::Response(const apiserver::Request&)>;
    explicit ScriptHandler(Script script) : script_(std::move(script)) {}
    std::shared_ptr<apiserver::Running> handle(apiserver::Request request,
                                               std::shared_ptr<apiserver::Exchange> exchange) override {
        ++requests;
        exchange->respond([script = script_, request = std::move(request)] { return script(request); });
        return nullptr;
    }
    std::atomic<int> requests{0};

  private:
    Script script_;
};

/// A remote cluster on an executor of its own, and calls that wait for their answer.
class RemoteBench {
  public:
    RemoteBench(client::Endpoint endpoint, boost::asio::io_context& io) {
        executor.run([&] { cluster = client::connectRemote(std::move(endpoint), io, executor); });
    }
    ~RemoteBench() {
        executor.run([this] { cluster.reset(); });
    }
    static client::Endpoint endpoint(const ServerFixture& f, std::uint16_t port) {
        client::Endpoint endpoint;
        endpoint.url = "https://127.0.0.1:" + std::to_string(port);
        endpoint.caPem = f.pki->caPem();
        endpoint.clientCertificatePem = f.clientPair.certificatePem;
        endpoint.clientKeyPem = f.clientPair.keyPem;
        return endpoint;
    }

    template <class T>
    Result<T> await(const std::function<void(client::Cluster&, client::Callback<T>)>& call) {
        auto promise = std::make_shared<std::promise<Result<T>>>();
        auto future = promise->get_future();
        executor.post([this, call, promise] {
            call(*cluster, [promise](Result<T> result) { promise->set_value(std::move(result)); });
        });
        if (future.wait_for(std::chrono::seconds(20)) != std::future_status::ready)
            return fail(Reason::InternalError, "no answer came");
        return future.get();
    }
    Result<client::ObjectPtr> get(const client::ResourceName& resource, const std::string& ns,
                                  const std::string& name) {
        return await<client::ObjectPtr>(
            [=](client::Cluster& c, auto done) { c.get(resource, ns, name, std::move(done)); });
    }

    ThreadExecutor executor{"remote-client"};
    std::unique_ptr<client::Cluster> cluster;
};

inline const client::ResourceName pods{"", "v1", "pods"};
inline const client::ResourceName configMaps{"", "v1", "configmaps"};

} // namespace wheelhouse::testing
