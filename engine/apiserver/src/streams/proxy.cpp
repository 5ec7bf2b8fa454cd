#include "streams/proxy.h"

#include "call.h"
#include "streams/answer_reader.h"
#include "streams/client_wire.h"
#include "streams/pod_pipe.h"
#include "streams/proxy_request.h"
#include "streams/proxy_target.h"
#include "streams/stream_limits.h"
#include "streams/tls_client.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wheelhouse::apiserver {

namespace {

constexpr Duration retryFullClient = std::chrono::milliseconds(5);

Status unreachable(const std::string& why) {
    return {.reason = Reason::ServiceUnavailable, .message = "error trying to reach service: " + why};
}

/// One request on its way to the other side and the answer on its way back.
class ProxySession final : public StreamSession, public std::enable_shared_from_this<ProxySession> {
  public:
    ProxySession(const std::shared_ptr<Core>& core, ProxyTarget target, ProxyPath path, Request request,
                 std::string auditId, std::shared_ptr<Exchange> exchange, std::shared_ptr<void> place,
                 Task ended)
        : control_(core->control), streams_(*core->streams), target_(std::move(target)),
          path_(std::move(path)), request_(std::move(request)), auditId_(std::move(auditId)),
          exchange_(std::move(exchange)), place_(std::move(place)), ended_(std::move(ended)),
          upgrade_(!request_.header("upgrade").empty()), reader_(request_.method == "HEAD") {}

    void start() {
        pipe_ = std::make_unique<PodPipe>(
            [this](nodelink::DuplexEvents events) {
                return streams_.openPort(target_.node, target_.port, std::move(events));
            },
            PodPipe::Events{.onOutput = [this](int, std::string_view bytes) { heard(bytes); },
                            .congested = [this] { return congested(); },
                            .onBlocked =
                                [this] {
                                    if (wire_) wire_->hold(pipe_->blocked());
                                },
                            .onEnd = [this](const Result<int>& result) { over(result); }});
        idle_.start(control_, [this] { finish(); });
        std::string to = path_.rest.empty() ? "/" : path_.rest;
        if (!request_.query.empty()) to += "?" + request_.query;
        if (target_.tls) tls_ = std::make_unique<TlsClient>();
        say(proxiedHead(request_, to, target_.host, upgrade_));
        if (!finished_) say(std::exchange(request_.body, {}));
    }

  private:
    /// Bytes to the other side.
    void say(std::string_view bytes) {
        if (!tls_) return pipe_->input(bytes);
        std::string wire;
        const auto said = tls_->write(bytes, wire);
        pipe_->input(wire);
        if (!said) fault(said.error().message);
    }
    /// Bytes of the other side.
    void heard(std::string_view bytes) {
        if (finished_) return;
        idle_.touch();
        if (!tls_) return answered(bytes);
        std::string plain, wire;
        const auto fine = tls_->feed(bytes, plain, wire);
        pipe_->input(wire);
        if (!plain.empty()) answered(plain);
        if (!fine && !finished_) fault(fine.error().message);
    }
    /// The other side does not keep to its protocol.
    void fault(const std::string& why) { begun_ ? breakOff() : refuse(unreachable(why)); }
    void answered(std::string_view bytes) {
        if (wire_) return wire_->write(std::string(bytes));
        auto piece = reader_.feed(bytes);
        if (!piece) return fault(piece.error().message);
        if (reader_.headDone() && !begun_) begin();
        if (wire_) { // what came after the switch is not HTTP any more
            if (!piece->empty()) wire_->write(std::move(*piece));
            return;
        }
        if (begun_ && !piece->empty())
            exchange_->write(std::make_shared<const std::string>(std::move(*piece)));
        if (reader_.done()) {
            if (begun_) exchange_->end();
            finish();
        }
    }
    void begin() {
        begun_ = true;
        const int code = reader_.code();
        if (code == 101) return switchOver();
        Headers headers =
            proxiedAnswerHeaders(reader_.headers(), path_, target_.host, request_.header("host"));
        headers.emplace_back("audit-id", auditId_);
        if (code == 204 || code == 304) {
            exchange_->respond([code, headers] { return Response{code, headers, nullptr}; });
            return finish();
        }
        exchange_->begin(code, std::move(headers));
    }
    /// The other side agreed to change protocols: from here on only bytes are passed.
    void switchOver() {
        if (!upgrade_) return refuse(unreachable("it switched protocols without being asked"));
        Headers headers =
            proxiedAnswerHeaders(reader_.headers(), path_, target_.host, request_.header("host"));
        headers.emplace_back("connection", "Upgrade");
        for (const auto& [key, value] : reader_.headers())
            if (key == "upgrade") headers.emplace_back(key, value);
        wire_ = ClientWire::open(control_, exchange_, std::move(headers),
                                 {.onBytes =
                                      [this](const std::string& bytes) {
                                          idle_.touch();
                                          say(bytes);
                                      },
                                  .onWritable = [this] { pipe_->clientWritable(); }});
        if (!wire_) refuse(unreachable("the client's connection cannot switch protocols"));
    }
    void over(const Result<int>& result) {
        if (finished_) return;
        if (wire_) {
            wire_->end();
            return finish();
        }
        if (!begun_ && !reader_.headDone())
            return refuse(unreachable(result ? "EOF" : result.error().message));
        if (!result || !reader_.finish()) return breakOff();
        exchange_->end();
        finish();
    }
    void refuse(const Status& status) {
        exchange_->respond([status, auditId = auditId_] { return errorResponse(status, {}, auditId); });
        finish();
    }
    void breakOff() {
        exchange_->abort();
        finish();
    }
    /// A client that reads slowly holds back the other side; it is looked at again until it has caught up.
    bool congested() {
        if (exchange_->pendingBytes() <= Exchange::writableBelow) return false;
        if (!wire_ && !retry_.active())
            retry_.start(control_, retryFullClient, [this] {
                if (!congested()) pipe_->clientWritable();
            });
        return true;
    }
    void finish() {
        if (std::exchange(finished_, true)) return;
        idle_.stop();
        retry_.stop();
        if (wire_) wire_->detach();
        // Later: this may run inside the pipe. With it the connection to the other side goes.
        control_.post([self = shared_from_this()] {
            self->pipe_.reset();
            self->ended_();
        });
    }

    Executor& control_;
    nodelink::PodStreams& streams_;
    const ProxyTarget target_;
    const ProxyPath path_;
    Request request_;
    const std::string auditId_;
    std::shared_ptr<Exchange> exchange_;
    std::shared_ptr<void> place_;
    Task ended_;
    const bool upgrade_;
    AnswerReader reader_;
    std::shared_ptr<ClientWire> wire_; ///< after a switch of protocols
    std::unique_ptr<PodPipe> pipe_;
    std::unique_ptr<TlsClient> tls_;
    IdleWatch idle_;
    ScopedTimer retry_;
    bool begun_ = false;
    bool finished_ = false;
};

Result<ProxyTarget> targetOf(Core& core, const RequestInfo& info) {
    if (info.kind->name.resource == "nodes") return nodeProxyTarget(core, info.name);
    if (info.kind->name.resource == "services") return serviceProxyTarget(core, info.nameSpace, info.name);
    return podProxyTarget(core, info.nameSpace, info.name);
}

} // namespace

Result<std::shared_ptr<StreamSession>> proxyRequest(const std::shared_ptr<Core>& core,
                                                    const RequestInfo& info, Request request,
                                                    const std::string& auditId,
                                                    const std::shared_ptr<Exchange>& exchange, Task ended) {
    auto target = targetOf(*core, info);
    if (!target) return fail(target.error());
    ProxyPath path = splitProxyPath(request.path, info.restBegins);
    if (path.rest.empty() && (request.method == "GET" || request.method == "HEAD")) {
        // So that what the page refers to is looked for behind the proxy.
        const std::string to = path.prefix + "/" + (request.query.empty() ? "" : "?" + request.query);
        exchange->respond([to, auditId] {
            return Response{301, {{"location", to}, {"audit-id", auditId}}, nullptr};
        });
        return nullptr;
    }
    if (!core->streams) return fail(Reason::ServiceUnavailable, "this server has no link to nodes");
    auto place = StreamCounts::enter(core->streamCounts, request.user->name);
    if (!place) return fail(Reason::TooManyRequests, "too many streams at once, please try again");
    auto session =
        std::make_shared<ProxySession>(core, std::move(*target), std::move(path), std::move(request), auditId,
                                       exchange, std::move(place), std::move(ended));
    session->start();
    return session;
}

} // namespace wheelhouse::apiserver
