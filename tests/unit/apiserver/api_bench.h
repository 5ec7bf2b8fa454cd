#pragma once

#include "engine/apiserver/api_server.h"
#include "engine/base/simulation.h"
#include "engine/store/backend.h"
#include "engine/store/store.h"
#include "fake_streams.h"

#include <boost/json.hpp>
#include <string>
#include <vector>

namespace wheelhouse::apiserver::test {

/// JSON written with single quotes: readable, and moc stumbles over raw strings.
inline std::string J(std::string text) {
    for (char& c : text)
        if (c == '\'') c = '"';
    return text;
}

/// What a client holds: the answer or the stream so far.
struct FakeExchange final : Exchange {
    std::optional<Response> response;
    int streamCode = 0;
    Headers streamHeaders;
    std::string streamed;
    std::vector<Bytes> chunks;
    bool ended = false;
    bool aborted = false;
    std::size_t stuckBytes = 0; ///< what pendingBytes says
    int pieces = 0;             ///< of a body made piece by piece

    void respond(std::function<Response()> render) override {
        response = render();
        if (!response->source) return;
        std::string body;
        for (pieces = 1; response->source->next(body); ++pieces) {
        }
        response->body = std::make_shared<const std::string>(std::move(body));
    }
    void begin(int code, Headers headers) override {
        streamCode = code;
        streamHeaders = std::move(headers);
    }
    void write(Bytes chunk) override {
        streamed += *chunk;
        chunks.push_back(std::move(chunk));
    }
    void end() override { ended = true; }
    void abort() override { aborted = true; }
    bool upgrade(Headers headers, std::shared_ptr<Upgraded> to) override {
        if (!switches) return false;
        streamCode = 101;
        streamHeaders = std::move(headers);
        client = std::move(to);
        return true;
    }
    void taken(std::size_t bytes) override { takenBytes += bytes; }
    std::size_t pendingBytes() const override { return stuckBytes; }

    bool switches = true; ///< whether the connection could change protocols
    std::shared_ptr<Upgraded> client;
    std::size_t takenBytes = 0;
};

struct Answer {
    int code = 0;
    std::string body;
    Headers headers;

    boost::json::value json() const {
        boost::system::error_code error;
        auto value = boost::json::parse(body, error);
        return error ? boost::json::value() : value;
    }
    /// A value by its path, e.g. "status.conditions.0.type"; as text, or JSON for anything else; "" when
    /// absent.
    std::string at(const std::string& path) const { return textAt(json(), path); }
    std::string header(const std::string& name) const {
        for (const auto& [key, value] : headers)
            if (key == name) return value;
        return {};
    }
    static std::string textAt(boost::json::value value, const std::string& path) {
        std::size_t begin = 0;
        while (begin < path.size()) {
            const std::size_t end = std::min(path.find('.', begin), path.size());
            std::string step = path.substr(begin, end - begin);
            for (char& c : step)
                if (c == '|') c = '.'; // keys with dots
            begin = end + 1;
            boost::json::value next;
            if (value.is_object()) {
                const auto* found = value.as_object().if_contains(step);
                if (!found) return {};
                next = *found;
            } else if (value.is_array()) {
                const std::size_t index = std::stoul(step);
                if (index >= value.as_array().size()) return {};
                next = value.as_array()[index];
            } else
                return {};
            value = std::move(next);
        }
        if (value.is_string()) return std::string(value.as_string());
        return boost::json::serialize(value);
    }
};

/// The API server over a store in memory, in virtual time, driven by requests without sockets.
class ApiBench {
  public:
    explicit ApiBench(Options options = {})
        : store(std::move(*store::Store::open(store::makeMemoryBackend(), executor))),
          server(std::make_unique<ApiServer>(*store, executor, random, &streams, std::move(options))) {
        server->start([this](const Result<void>& result) { started = result.has_value(); });
        executor.runUntil([this] { return started; }, std::chrono::seconds(1));
    }

    /// As a server that stops: clients are let go, or what they were in the middle of would hold on to
    /// itself.
    ~ApiBench() {
        for (const auto& call : running)
            if (call) call->cancel();
        settle();
        for (const auto& kept : exchanges)
            if (const auto exchange = kept.lock()) exchange->client.reset();
        settle();
    }
    ApiBench(const ApiBench&) = delete;
    ApiBench& operator=(const ApiBench&) = delete;

    static User admin() { return {"admin", {"system:masters"}}; }

    std::shared_ptr<FakeExchange> open(const std::string& method, const std::string& target,
                                       std::string body = {}, Headers headers = {},
                                       std::optional<User> user = admin()) {
        Request request;
        request.method = method;
        const std::size_t question = std::min(target.find('?'), target.size());
        request.path = target.substr(0, question);
        request.query = target.substr(std::min(question + 1, target.size()));
        request.headers = std::move(headers);
        request.body = std::move(body);
        request.user = std::move(user);
        auto exchange = std::make_shared<FakeExchange>();
        running.push_back(server->handle(std::move(request), exchange));
        exchanges.push_back(exchange);
        return exchange;
    }

    Answer send(const std::string& method, const std::string& target, std::string body = {},
                Headers headers = {}, std::optional<User> user = admin()) {
        const auto exchange = open(method, target, std::move(body), std::move(headers), std::move(user));
        executor.runUntil([&] { return exchange->response.has_value(); }, std::chrono::seconds(5));
        if (!exchange->response) return {};
        return {exchange->response->code, exchange->response->body ? *exchange->response->body : "",
                exchange->response->headers};
    }

    /// Lets everything due happen.
    void settle(Duration span = std::chrono::milliseconds(1)) { executor.advance(span); }

    SimulatedExecutor executor;
    SeededRandom random{7};
    FakeStreams streams;
    bool started = false;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<ApiServer> server;
    std::vector<std::shared_ptr<Running>> running;
    std::vector<std::weak_ptr<FakeExchange>> exchanges; ///< of `running`
};

/// The lines of a JSON watch stream.
inline std::vector<boost::json::value> events(const FakeExchange& exchange) {
    std::vector<boost::json::value> out;
    std::size_t begin = 0;
    while (begin < exchange.streamed.size()) {
        const std::size_t end = exchange.streamed.find('\n', begin);
        if (end == std::string::npos) break;
        out.push_back(boost::json::parse(exchange.streamed.substr(begin, end - begin)));
        begin = end + 1;
    }
    return out;
}

/// "ADDED a, DELETED b" of a watch stream; bookmarks by type alone.
inline std::string story(const FakeExchange& exchange) {
    std::string out;
    for (const auto& event : events(exchange)) {
        if (!out.empty()) out += ", ";
        out += Answer::textAt(event, "type");
        const std::string name = Answer::textAt(event, "object.metadata.name");
        if (!name.empty()) out += " " + name;
    }
    return out;
}

inline std::string configMap(const std::string& name, const std::string& labels = "{}",
                             const std::string& data = "{}") {
    return J("{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'") + name + J("','labels':") +
           labels + J("},'data':") + data + "}";
}
inline std::string pod(const std::string& name, const std::string& spec = "") {
    return J("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'") + name + J("'},'spec':{") + J(spec) +
           J("'containers':[{'name':'c','image':'nginx:1.14.2'}]}}");
}
inline std::string deployment(const std::string& name, int replicas) {
    return J("{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'") + name +
           J("'},'spec':{'replicas':") + std::to_string(replicas) +
           J(",'selector':{'matchLabels':{'app':'x'}},'template':{'metadata':{'labels':{'app':'x'}},'spec':{'"
             "containers':[{'name':'c','image':'nginx:1.14.2'}]}}}}");
}
const Headers json{{"content-type", "application/json"}};
const Headers mergePatch{{"content-type", "application/merge-patch+json"}};

} // namespace wheelhouse::apiserver::test
