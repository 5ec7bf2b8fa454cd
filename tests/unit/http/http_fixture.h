#pragma once

#include "engine/apiserver/http_server.h"
#include "engine/base/system.h"
#include "pki.h"
#include "raw_tls.h"

#include <QTemporaryDir>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace wheelhouse::testing {

/// Answers by path, on a thread of its own as the API server would:
///   /echo        what the server understood of the request, as JSON
///   /bytes?N     N bytes that compress well
///   …/hold…      nothing, until the test takes the exchange with `held`
class FakeHandler final : public apiserver::Handler {
  public:
    std::shared_ptr<apiserver::Running> handle(apiserver::Request request,
                                               std::shared_ptr<apiserver::Exchange> exchange) override;
    /// Waits for the next held request; null after the deadline.
    std::shared_ptr<apiserver::Exchange> held();
    int cancelled() const { return *cancelled_; }
    int handled() const { return handled_; }

  private:
    ThreadExecutor executor_{"fake-handler"};
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<std::shared_ptr<apiserver::Exchange>> held_;
    std::shared_ptr<std::atomic<int>> cancelled_ = std::make_shared<std::atomic<int>>(0);
    std::atomic<int> handled_{0};
};

/// A server on a free port with certificates of its own, running on two threads until it goes away.
class ServerFixture {
  public:
    /// Requests go to `other` where one is given; it must outlive the fixture.
    explicit ServerFixture(std::function<void(apiserver::HttpOptions&)> change = {},
                           apiserver::Handler* other = nullptr);
    ~ServerFixture();
    ServerFixture(const ServerFixture&) = delete;
    ServerFixture& operator=(const ServerFixture&) = delete;

    apiserver::HttpServer& server() { return *server_; }
    std::uint16_t port() const { return server_->port(); }
    RawTls::Options client(const std::string& alpn = "http/1.1") const;
    RawTls::Options anonymous(const std::string& alpn = "http/1.1") const;
    /// A file in the fixture's folder with this content, for curl.
    std::string file(const std::string& name, const std::string& content) const;
    /// curl's standard output for these arguments and a path, with the client certificate.
    std::string curl(const std::vector<std::string>& arguments, const std::string& path) const;

    /// CPU time of the server's threads so far.
    double cpuSeconds();
    /// Makes the server go away; threads still run.
    void stop();

    QTemporaryDir folder;
    SystemClock clock;
    SystemRandom random;
    FakeHandler handler;
    boost::asio::io_context io;
    std::unique_ptr<controlplane::Pki> pki;
    controlplane::KeyPair serverPair;
    controlplane::KeyPair clientPair;

  private:
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io.get_executor()};
    std::unique_ptr<apiserver::HttpServer> server_;
    std::vector<std::thread> threads_;
};

} // namespace wheelhouse::testing
