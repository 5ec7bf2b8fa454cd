#include "local_session.h"

#include "pod_target.h"

#include <utility>

namespace wheelhouse::apiserver {

namespace {

/// What may be on its way to the user before the node is asked to wait.
constexpr std::size_t mostUntold = 256 * 1024;

/// A stream's request, about this very pod.
template <class Request>
Request requestTo(const api::core::Pod& pod) {
    Request request;
    request.nameSpace = pod.metadata().namespace_();
    request.pod = pod.metadata().name();
    request.podUid = Uid(pod.metadata().uid());
    return request;
}

} // namespace

PodPlan execPlan(const client::ExecOptions& options) {
    return [options](const api::core::Pod& pod) -> Result<PodOpening> {
        auto container = chooseContainer(pod, options.container);
        if (!container) return fail(container.error());
        if (options.command.empty())
            return fail(Reason::BadRequest, "you must specify at least one command for the container");
        auto request = requestTo<nodelink::ExecRequest>(pod);
        request.container = std::move(*container);
        request.command = options.command;
        request.stdIn = options.stdIn;
        request.stdOut = true;
        request.stdErr = !options.tty;
        request.tty = options.tty;
        return PodOpening(
            [request](nodelink::PodStreams& streams, const NodeName& node, nodelink::DuplexEvents events) {
                return streams.openExec(node, request, std::move(events));
            });
    };
}

PodPlan portPlan(std::uint16_t port) {
    return [port](const api::core::Pod& pod) -> Result<PodOpening> {
        auto request = requestTo<nodelink::PortRequest>(pod);
        request.port = port;
        return PodOpening(
            [request](nodelink::PodStreams& streams, const NodeName& node, nodelink::DuplexEvents events) {
                return streams.openPort(node, request, std::move(events));
            });
    };
}

class LocalSession::Handle final : public client::PodSession {
  public:
    explicit Handle(std::shared_ptr<LocalSession> session) : session_(std::move(session)) {}
    ~Handle() override {
        session_->closed_ = true;
        session_->control_.post([session = session_] {
            session->pipe_.reset();
            session->place_.reset();
        });
    }
    void write(std::string bytes) override {
        session_->withPipe([bytes = std::move(bytes)](LocalSession& s) { s.pipe_->input(bytes); });
    }
    void closeInput() override {
        session_->withPipe([](LocalSession& s) { s.pipe_->closeInput(); });
    }
    void resize(std::uint16_t width, std::uint16_t height) override {
        session_->withPipe([width, height](LocalSession& s) { s.pipe_->resize(width, height); });
    }
    void hold(bool held) override {
        session_->withPipe([held](LocalSession& s) {
            s.held_ = held;
            if (!held && s.untold_ < mostUntold) s.pipe_->clientWritable();
        });
    }

  private:
    std::shared_ptr<LocalSession> session_;
};

std::unique_ptr<client::PodSession> LocalSession::handle(std::shared_ptr<LocalSession> session) {
    return std::make_unique<Handle>(std::move(session));
}

void LocalSession::withPipe(std::function<void(LocalSession&)> work) {
    control_.post([self = shared_from_this(), work = std::move(work)] {
        if (self->pipe_) work(*self);
    });
}

void LocalSession::tell(std::function<void(client::PodSink&)> work) {
    callbacks_.post([weak = weak_from_this(), work = std::move(work)] {
        if (const auto self = weak.lock(); self && !self->closed_) work(self->sink_);
    });
}

void LocalSession::refuse(Status why) {
    tell([why = std::move(why)](client::PodSink& sink) { sink.onEnd(fail(why)); });
}

void LocalSession::open(nodelink::PodStreams& streams, const NodeName& node, const PodOpening& opening,
                        std::shared_ptr<void> place) {
    if (closed_) return;
    place_ = std::move(place);
    const auto output = [this](int channel, std::string_view bytes) {
        untold_ += bytes.size();
        callbacks_.post([weak = weak_from_this(), channel, text = std::string(bytes)] {
            const auto self = weak.lock();
            if (!self || self->closed_) return;
            self->sink_.onData(channel, text);
            self->withPipe([size = text.size()](LocalSession& s) {
                s.untold_ -= size;
                if (!s.held_ && s.untold_ < mostUntold) s.pipe_->clientWritable();
            });
        });
    };
    pipe_ = std::make_unique<PodPipe>(
        [&](nodelink::DuplexEvents events) { return opening(streams, node, std::move(events)); },
        PodPipe::Events{.onOutput = output,
                        .congested = [this] { return held_ || untold_ >= mostUntold; },
                        .onBlocked =
                            [this] {
                                tell([blocked = pipe_->blocked()](client::PodSink& sink) {
                                    if (sink.onCongestion) sink.onCongestion(blocked);
                                });
                            },
                        .onEnd =
                            [this](const Result<int>& result) {
                                place_.reset();
                                tell([result](client::PodSink& sink) { sink.onEnd(result); });
                            }});
}

} // namespace wheelhouse::apiserver
