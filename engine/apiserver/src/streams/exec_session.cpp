#include "streams/connect.h"
#include "streams/exec_dialect.h"
#include "streams/pod_pipe.h"
#include "streams/stream_limits.h"

#include <optional>
#include <utility>

namespace wheelhouse::apiserver {

namespace {

/// A client of exec or attach, joined to the command in its container.
class ExecSession final : public StreamSession, public std::enable_shared_from_this<ExecSession> {
  public:
    ExecSession(Executor& control, ExecPlan plan, Task ended)
        : control_(control), plan_(std::move(plan)), ended_(std::move(ended)) {}

    /// False when the connection cannot switch.
    bool start(std::unique_ptr<ExecDialect> dialect, const std::shared_ptr<Exchange>& exchange,
               const UpgradeRequest& upgrade, Headers more) {
        dialect_ = std::move(dialect);
        idle_.start(control_,
                    [this] { finish(fail(Reason::Timeout, "the stream has been idle for too long")); });
        return dialect_->open(exchange, upgrade, std::move(more),
                              {.onReady = [this] { ready(); },
                               .onInput = [this](std::string_view bytes) { input(bytes); },
                               .onInputEnd =
                                   [this] {
                                       inputOver_ = true;
                                       if (pipe_) pipe_->closeInput();
                                   },
                               .onResize =
                                   [this](std::uint16_t width, std::uint16_t height) {
                                       size_ = {width, height};
                                       if (pipe_) pipe_->resize(width, height);
                                   },
                               .onWritable =
                                   [this] {
                                       if (pipe_) pipe_->clientWritable();
                                   },
                               .onGone = [this] { gone(); }});
    }

  private:
    void ready() {
        pipe_ = std::make_unique<PodPipe>(
            [this](nodelink::DuplexEvents events) { return plan_.open(plan_.request, std::move(events)); },
            PodPipe::Events{.onOutput =
                                [this](int channel, std::string_view bytes) {
                                    idle_.touch();
                                    dialect_->output(channel, bytes);
                                },
                            .congested = [this] { return dialect_->congested(); },
                            .onBlocked = [this] { dialect_->hold(pipe_->blocked()); },
                            .onEnd = [this](const Result<int>& result) { finish(result); }});
        if (size_) pipe_->resize(size_->first, size_->second);
        if (!early_.empty()) pipe_->input(std::exchange(early_, {}));
        if (inputOver_) pipe_->closeInput();
    }
    void input(std::string_view bytes) {
        idle_.touch();
        if (pipe_) return pipe_->input(bytes);
        early_ += bytes;
        if (early_.size() > PodPipe::slack) finish(fail(Reason::BadRequest, "input before its streams"));
    }
    void finish(const Result<int>& result) {
        if (std::exchange(finished_, true)) return;
        idle_.stop();
        dialect_->finish(exitStatus(result, plan_.request.command));
    }
    void gone() {
        // Later: this may run inside the dialect.
        control_.post([self = shared_from_this()] { self->ended_(); });
    }

    Executor& control_;
    const ExecPlan plan_;
    Task ended_;
    std::unique_ptr<ExecDialect> dialect_;
    std::unique_ptr<PodPipe> pipe_;
    std::optional<std::pair<std::uint16_t, std::uint16_t>> size_;
    std::string early_; ///< input that came before all the client's streams had
    IdleWatch idle_;
    bool inputOver_ = false;
    bool finished_ = false;
};

} // namespace

std::shared_ptr<StreamSession> startExec(Executor& control, ExecPlan plan, const ConnectRequest& request,
                                         const std::shared_ptr<Exchange>& exchange, Task ended) {
    const ExecStreams streams{plan.request.stdIn, plan.request.stdOut, plan.request.stdErr, plan.request.tty};
    const bool spdy = request.upgrade.to == UpgradeRequest::To::Spdy;
    const auto& served = spdy ? spdyExecProtocols() : channelProtocols();
    const std::string protocol = request.upgrade.choose(served);
    // A WebSocket may come without any protocol; then it is the oldest.
    if (protocol.empty() && (spdy || !request.upgrade.protocols.empty())) {
        exchange->respond([refusal = noCommonProtocol(request.upgrade, served)] { return refusal; });
        return nullptr;
    }
    auto session = std::make_shared<ExecSession>(control, std::move(plan), std::move(ended));
    auto dialect =
        spdy ? makeSpdyDialect(control, protocol, streams) : makeChannelDialect(control, protocol, streams);
    if (session->start(std::move(dialect), exchange, request.upgrade, {})) return session;
    exchange->respond([] { return plainRefusal(400, "unable to upgrade: HTTP/1.1 is needed"); });
    return nullptr;
}

} // namespace wheelhouse::apiserver
