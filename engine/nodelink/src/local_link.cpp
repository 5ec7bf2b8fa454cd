#include "engine/nodelink/local_link.h"

#include <utility>

namespace wheelhouse::nodelink {

namespace {

class LocalChannel;

/// What both ends share. Each field belongs to one executor, said beside it; nothing else crosses.
struct Pipe {
    HubPort hub;
    Executor* agent;
    LocalChannel* channel = nullptr; ///< agent: null once the agent's end is gone
    NodeHub::SessionId session = 0;  ///< control
    bool open = false;               ///< control
};

class LocalChannel final : public AgentChannel {
  public:
    LocalChannel(NodeName node, HubPort hub, Executor& agent)
        : node_(std::move(node)), hub_(hub), agent_(agent) {}
    ~LocalChannel() override { hangUp(); }

    void start(Handlers handlers) override {
        handlers_ = std::move(handlers);
        connect();
    }
    bool send(FromAgent message) override {
        if (!up_) return false;
        hub_.post(
            [pipe = pipe_, message = std::make_shared<const FromAgent>(std::move(message))](NodeHub& hub) {
                if (pipe->open) hub.received(pipe->session, *message);
            });
        return true;
    }
    void deliver(const ToAgent& message) { handlers_.onMessage(message); }
    void connected() {
        up_ = true;
        handlers_.onUp();
    }
    void ended() {
        const bool wasUp = std::exchange(up_, false);
        retry_.start(agent_, std::chrono::seconds(1), [this] { connect(); });
        if (wasUp) handlers_.onDown();
    }

  private:
    void connect();
    void hangUp() {
        if (!pipe_) return;
        pipe_->channel = nullptr;
        hub_.post([pipe = pipe_](NodeHub& hub) {
            if (std::exchange(pipe->open, false)) hub.detached(pipe->session);
        });
        pipe_ = nullptr;
    }

    NodeName node_;
    HubPort hub_;
    Executor& agent_;
    Handlers handlers_;
    std::shared_ptr<Pipe> pipe_;
    bool up_ = false;
    ScopedTimer retry_;
};

class LocalTransport final : public LinkTransport {
  public:
    explicit LocalTransport(std::shared_ptr<Pipe> pipe) : pipe_(std::move(pipe)) {}
    void send(ToAgent message) override {
        pipe_->agent->post([pipe = pipe_, message = std::make_shared<const ToAgent>(std::move(message))] {
            if (pipe->channel != nullptr) pipe->channel->deliver(*message);
        });
    }
    void close(const Status&) override {
        if (!std::exchange(pipe_->open, false)) return;
        pipe_->agent->post([pipe = pipe_] {
            if (LocalChannel* channel = std::exchange(pipe->channel, nullptr)) channel->ended();
        });
    }

  private:
    std::shared_ptr<Pipe> pipe_;
};

void LocalChannel::connect() {
    hangUp();
    pipe_ = std::make_shared<Pipe>(Pipe{.hub = hub_, .agent = &agent_, .channel = this});
    hub_.post([pipe = pipe_, node = node_](NodeHub& hub) {
        pipe->session = hub.attach(node, std::make_shared<LocalTransport>(pipe));
        pipe->open = true;
        pipe->agent->post([pipe] {
            if (pipe->channel != nullptr) pipe->channel->connected();
        });
    });
}

} // namespace

std::unique_ptr<AgentChannel> connectLocal(NodeName node, HubPort hub, Executor& agent) {
    return std::make_unique<LocalChannel>(std::move(node), std::move(hub), agent);
}

} // namespace wheelhouse::nodelink
