#include "engine/client/remote_cluster.h"

#include "engine/api/codec.h"
#include "engine/api/types.h"
#include "engine/client/openapi.h"
#include "remote/answers.h"
#include "remote/discovery.h"
#include "remote/http_client.h"
#include "remote/outlet.h"
#include "remote/pod_socket.h"
#include "remote/target.h"
#include "remote/watch.h"

#include <fmt/format.h>
#include <mutex>

namespace wheelhouse::client {

using namespace remote;

namespace {

constexpr const char* typedAccept = "application/vnd.kubernetes.protobuf,application/json";
constexpr const char* watchAccept =
    "application/vnd.kubernetes.protobuf;stream=watch,application/json;stream=watch,"
    "application/json";
constexpr const char* tableAccept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
/// Watches end by themselves after this, so that one whose connection died unnoticed cannot last for ever.
constexpr int watchSeconds = 480;
/// A log may have nothing to say for days.
constexpr std::chrono::hours logSilence{24 * 7};

struct Answer {
    HttpHead head;
    std::string body;
    std::string_view contentType() const { return head.header("content-type"); }
};

/// Whether a subscription is still there. Read and written on the executor only.
using Alive = std::shared_ptr<bool>;

/// A watch or a log: bytes come on the network's threads, what is made of them arrives on the executor, and
/// only then the next piece is read. So a slow executor slows the server down and fills no memory here.
class Stream final : public Subscription {
  public:
    /// Runs on a network thread; returns what to do on the executor.
    using Decode = std::function<std::function<void()>(std::string)>;

    static std::unique_ptr<Stream> open(HttpClient& client, const std::shared_ptr<Outlet>& outlet,
                                        HttpRequest request, std::function<void(const HttpHead&)> onHead,
                                        Decode decode, std::function<void(Result<void>)> onEnd) {
        auto stream = std::unique_ptr<Stream>(new Stream);
        struct Shared {
            HttpHead head;
            std::string refusal; ///< the body of an answer that is no stream
            std::weak_ptr<HttpCall> call;
            std::mutex mutex;
        };
        auto shared = std::make_shared<Shared>();
        const auto alive = stream->alive_;
        const auto resume = [shared] {
            std::unique_lock lock(shared->mutex);
            if (auto call = shared->call.lock()) call->resume();
        };
        HttpEvents events;
        events.onHead = [shared, onHead = std::move(onHead)](const HttpHead& head) {
            shared->head = head;
            if (head.code == 200) onHead(head);
        };
        events.onData = [shared, alive, outlet, resume, decode = std::move(decode)](std::string data) {
            if (shared->head.code != 200) {
                if (shared->refusal.size() < 1024 * 1024) shared->refusal += data;
                return resume();
            }
            auto deliver = decode(std::move(data));
            outlet->post([alive, resume, deliver = std::move(deliver)] {
                if (*alive && deliver) deliver();
                resume();
            });
        };
        events.onEnd = [shared, alive, outlet, onEnd = std::move(onEnd)](Result<void> result) {
            if (result && shared->head.code != 200)
                result =
                    fail(statusOf(shared->head.code, shared->head.header("content-type"), shared->refusal));
            outlet->post([alive, onEnd, result = std::move(result)] {
                if (!*alive) return;
                *alive = false;
                onEnd(result);
            });
        };
        request.stream = true;
        std::unique_lock lock(shared->mutex);
        stream->call_ = client.send(std::move(request), std::move(events));
        shared->call = stream->call_;
        return stream;
    }
    ~Stream() override {
        *alive_ = false;
        call_->cancel();
    }
    const Alive& alive() const { return alive_; }

  private:
    Stream() = default;
    Alive alive_ = std::make_shared<bool>(true);
    std::shared_ptr<HttpCall> call_;
};

class RemoteCluster final : public Cluster, public PodSessions, public SchemaSource {
  public:
    RemoteCluster(Endpoint endpoint, boost::asio::io_context& io, Executor& executor)
        : address_(endpoint.url), client_(std::make_shared<HttpClient>(std::move(endpoint), io)),
          outlet_(std::make_shared<Outlet>(executor)) {}
    ~RemoteCluster() override { outlet_->close(); }

    void get(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
             Callback<ObjectPtr> done) override {
        const auto* kind = api::findKind(resource);
        call<ObjectPtr>(request("GET", Target(resource, nameSpace).segment(name),
                                kind ? typedAccept : "application/json"),
                        std::move(done), [kind](const Answer& answer) {
                            return objectOf(kind, answer.contentType(), answer.body);
                        });
    }

    void list(const ResourceName& resource, const ListOptions& options, Callback<ObjectList> done) override {
        const auto* kind = api::findKind(resource);
        call<ObjectList>(request("GET", Target(resource, options.nameSpace).with(options),
                                 kind ? typedAccept : "application/json"),
                         std::move(done), [kind](const Answer& answer) {
                             return listOf(kind, answer.contentType(), answer.body);
                         });
    }

    std::unique_ptr<Subscription> watch(const ResourceName& resource, const WatchOptions& options,
                                        WatchSink sink) override;

    void create(const ResourceName& resource, const std::string& nameSpace, Body body,
                const WriteOptions& options, Callback<Written> done) override {
        // A create of a subresource (a binding, an eviction) names its object in the body.
        std::string name;
        if (!options.subresource.empty()) name = nameIn(body);
        write("POST", resource,
              Target(resource, nameSpace).segment(name).segment(options.subresource).with(options), body,
              options, std::move(done));
    }

    void update(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                Body body, const WriteOptions& options, Callback<Written> done) override {
        write("PUT", resource,
              Target(resource, nameSpace).segment(name).segment(options.subresource).with(options), body,
              options, std::move(done));
    }

    void patch(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
               api::PatchType type, std::string patch, const WriteOptions& options,
               Callback<Written> done) override {
        const char* contentType = type == api::PatchType::Json    ? "application/json-patch+json"
                                  : type == api::PatchType::Merge ? "application/merge-patch+json"
                                                                  : "application/strategic-merge-patch+json";
        write("PATCH", resource,
              Target(resource, nameSpace).segment(name).segment(options.subresource).with(options),
              RawBody{std::move(patch), contentType}, options, std::move(done));
    }

    void remove(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                const DeleteOptions& options, Callback<Written> done) override;

    void table(const ResourceName& resource, const ListOptions& options, Callback<api::Table> done) override {
        const auto* kind = api::findKind(resource);
        call<api::Table>(
            request(
                "GET",
                Target(resource, options.nameSpace).with(options).with("includeObject", kind ? "Object" : ""),
                tableAccept),
            std::move(done), [kind](const Answer& answer) { return tableOf(kind, answer.body); });
    }

    void discover(Callback<std::vector<ResourceInfo>> done) override {
        remote::discover(client_, [outlet = outlet_, done = std::move(done)](auto found) {
            outlet->post([done, found = std::move(found)] { done(found); });
        });
    }

    std::unique_ptr<Subscription> logs(const std::string& nameSpace, const std::string& pod,
                                       const LogOptions& options, LogSink sink) override;

    std::unique_ptr<PodSession> exec(const std::string& nameSpace, const std::string& pod,
                                     const ExecOptions& options, PodSink sink) override {
        return execOverSocket(*client_, outlet_, nameSpace, pod, options, std::move(sink));
    }
    std::unique_ptr<PodSession> openPort(const std::string& nameSpace, const std::string& pod,
                                         std::uint16_t port, PodSink sink) override {
        return portOverSocket(*client_, outlet_, nameSpace, pod, port, std::move(sink));
    }

    void yaml(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
              Callback<std::string> done) override {
        call<std::string>(request("GET", Target(resource, nameSpace).segment(name), "application/json"),
                          std::move(done), [](const Answer& answer) { return api::jsonToYaml(answer.body); });
    }

    void openApi(const std::string& apiVersion, Callback<std::shared_ptr<const std::string>> done) override {
        const auto slash = apiVersion.find('/');
        const std::string group = slash == std::string::npos ? "" : apiVersion.substr(0, slash);
        HttpRequest wanted;
        wanted.method = "GET";
        wanted.target = group.empty() ? "/openapi/v3/api/" + encodeComponent(apiVersion)
                                      : "/openapi/v3/apis/" + encodeComponent(group) + "/" +
                                            encodeComponent(apiVersion.substr(slash + 1));
        wanted.headers.emplace_back("Accept", "application/json");
        call<std::shared_ptr<const std::string>>(
            std::move(wanted), std::move(done),
            [](const Answer& answer) { return std::make_shared<const std::string>(answer.body); });
    }

    std::string address() const override { return address_; }

  private:
    static HttpRequest request(const char* method, const Target& target, const char* accept) {
        HttpRequest request;
        request.method = method;
        request.target = target.text();
        request.headers.emplace_back("Accept", accept);
        return request;
    }
    static std::string nameIn(const Body& body);

    /// Sends, decodes on the network's thread, and hands the result over on the executor.
    template <class T>
    void call(HttpRequest request, Callback<T> done, std::function<Result<T>(const Answer&)> decode) {
        auto answer = std::make_shared<Answer>();
        HttpEvents events;
        events.onHead = [answer](const HttpHead& head) { answer->head = head; };
        events.onData = [answer](std::string data) {
            if (answer->body.empty())
                answer->body = std::move(data);
            else
                answer->body += data;
        };
        events.onEnd = [answer, done = std::move(done), decode = std::move(decode),
                        outlet = outlet_](Result<void> end) {
            Result<T> result =
                !end ? Result<T>(fail(end.error()))
                : answer->head.code / 100 == 2
                    ? decode(*answer)
                    : Result<T>(fail(statusOf(answer->head.code, answer->contentType(), answer->body)));
            outlet->post([done, result = std::move(result)] { done(result); });
        };
        client_->send(std::move(request), std::move(events));
    }

    void write(const char* method, const ResourceName& resource, const Target& target, const Body& body,
               const WriteOptions& options, Callback<Written> done);

    std::string address_;
    std::shared_ptr<HttpClient> client_;
    std::shared_ptr<Outlet> outlet_;
};

std::string RemoteCluster::nameIn(const Body& body) {
    const auto* message = std::get_if<std::shared_ptr<const google::protobuf::Message>>(&body);
    if (!message) return {};
    const auto* field = (*message)->GetDescriptor()->FindFieldByName("metadata");
    if (!field || field->message_type() != api::meta::ObjectMeta::descriptor()) return {};
    const auto& metadata = (*message)->GetReflection()->GetMessage(**message, field);
    return static_cast<const api::meta::ObjectMeta&>(metadata).name();
}

void RemoteCluster::write(const char* method, const ResourceName& resource, const Target& target,
                          const Body& body, const WriteOptions& options, Callback<Written> done) {
    auto encoded = encode(body);
    if (!encoded) {
        outlet_->post([done = std::move(done), error = encoded.error()] { done(fail(error)); });
        return;
    }
    // What a subresource other than status answers is of another kind.
    const bool own = options.subresource.empty() || options.subresource == "status";
    const auto* kind = own ? api::findKind(resource) : nullptr;
    auto request = this->request(method, target, kind ? typedAccept : "application/json");
    request.headers.emplace_back("Content-Type", encoded->contentType);
    request.body = std::move(encoded->bytes);
    call<Written>(std::move(request), std::move(done), [kind](const Answer& answer) -> Result<Written> {
        auto object = objectOf(kind, answer.contentType(), answer.body);
        if (!object) return fail(object.error());
        Written written;
        // What is only asked comes back as an answer, as from a cluster in this process.
        if (kind && !kind->stored() && kind->storedAs == nullptr && *object)
            written.answer = (*object)->message();
        else
            written.object = std::move(*object);
        written.created = answer.head.code == 201;
        for (const auto& [name, value] : answer.head.headers)
            if (name == "warning") written.warnings.push_back(warningText(value));
        return written;
    });
}

void RemoteCluster::remove(const ResourceName& resource, const std::string& nameSpace,
                           const std::string& name, const DeleteOptions& options, Callback<Written> done) {
    api::meta::DeleteOptions message;
    if (options.gracePeriodSeconds) message.set_graceperiodseconds(*options.gracePeriodSeconds);
    if (!options.propagationPolicy.empty()) message.set_propagationpolicy(options.propagationPolicy);
    if (!options.uid.empty()) message.mutable_preconditions()->set_uid(options.uid.value());
    if (options.revision != 0)
        message.mutable_preconditions()->set_resourceversion(std::to_string(options.revision));
    write("DELETE", resource, Target(resource, nameSpace).segment(name),
          RawBody{api::encodeJson(message, "v1", "DeleteOptions"), "application/json"}, {}, std::move(done));
}

std::unique_ptr<Subscription> RemoteCluster::watch(const ResourceName& resource, const WatchOptions& options,
                                                   WatchSink sink) {
    Target target(resource, options.nameSpace);
    target.with("watch", "true").with("allowWatchBookmarks", "true");
    target.with("labelSelector", options.labelSelector).with("fieldSelector", options.fieldSelector);
    target.with("resourceVersion", options.since != 0 ? std::to_string(options.since) : "");
    if (options.sendInitialEvents)
        target.with("sendInitialEvents", "true").with("resourceVersionMatch", "NotOlderThan");
    target.with("timeoutSeconds", std::to_string(watchSeconds));
    const auto* kind = api::findKind(resource);
    auto request = this->request("GET", target, kind ? watchAccept : "application/json");
    request.silence = std::chrono::seconds(watchSeconds + 30);

    struct State {
        std::optional<WatchDecoder> decoder;
        WatchSink sink;
        bool ended = false; ///< on the executor
    };
    auto state = std::make_shared<State>();
    state->sink = std::move(sink);
    const auto streamAlive = std::make_shared<std::weak_ptr<bool>>();
    auto stream = Stream::open(
        *client_, outlet_, std::move(request),
        [state, kind](const HttpHead& head) {
            state->decoder.emplace(kind, head.header("content-type").starts_with(protobufType));
        },
        [state, streamAlive](std::string data) -> std::function<void()> {
            auto batch = std::make_shared<WatchDecoder::Batch>(state->decoder->feed(data));
            return [state, batch, streamAlive] {
                const auto alive = streamAlive->lock();
                for (const auto& event : batch->events) {
                    // The sink may end the subscription in the middle of a batch.
                    if (!alive || !*alive || state->ended) return;
                    state->sink.onEvent(event);
                }
                if (batch->error && alive && *alive && !std::exchange(state->ended, true))
                    state->sink.onEnd(*batch->error);
            };
        },
        [state](Result<void> result) {
            if (std::exchange(state->ended, true)) return;
            state->sink.onEnd(result ? fail(Reason::ServiceUnavailable, "the watch ended").value()
                                     : result.error());
        });
    // Written before the executor, on whose thread this runs, can run any of the tasks above.
    *streamAlive = stream->alive();
    return stream;
}

std::unique_ptr<Subscription> RemoteCluster::logs(const std::string& nameSpace, const std::string& pod,
                                                  const LogOptions& options, LogSink sink) {
    Target target({"", "v1", "pods"}, nameSpace);
    target.segment(pod).segment("log");
    const auto number = [](const std::optional<std::int64_t>& n) {
        return n ? std::to_string(*n) : std::string();
    };
    target.with("container", options.container).with("follow", options.follow ? "true" : "");
    target.with("previous", options.previous ? "true" : "")
        .with("timestamps", options.timestamps ? "true" : "");
    target.with("tailLines", number(options.tailLines)).with("sinceSeconds", number(options.sinceSeconds));
    target.with("sinceTime", options.sinceTime).with("limitBytes", number(options.limitBytes));
    auto request = this->request("GET", target, "*/*");
    if (options.follow) request.silence = logSilence;
    auto shared = std::make_shared<LogSink>(std::move(sink));
    return Stream::open(
        *client_, outlet_, std::move(request), [](const HttpHead&) {},
        [shared](std::string data) -> std::function<void()> {
            return [shared, data = std::move(data)] { shared->onData(data); };
        },
        [shared](Result<void> result) { shared->onEnd(std::move(result)); });
}

} // namespace

std::unique_ptr<Cluster> connectRemote(Endpoint endpoint, boost::asio::io_context& io, Executor& executor) {
    return std::make_unique<RemoteCluster>(std::move(endpoint), io, executor);
}

} // namespace wheelhouse::client
