#include "engine/nodelink/node_hub.h"

#include "engine/base/log.h"

#include <utility>

namespace wheelhouse::nodelink {

namespace {

/// Credit goes back in lumps: one message for each 64 KiB, not one for each line.
constexpr std::size_t creditLump = 64 * 1024;

} // namespace

void HubPort::post(std::function<void(NodeHub&)> task) const {
    control_->post([guard = guard_, task = std::move(task)] {
        if (guard->hub != nullptr) task(*guard->hub);
    });
}

class NodeHub::StreamHandle final : public PodStream {
  public:
    StreamHandle(std::shared_ptr<HubPort::Guard> guard, std::uint64_t stream)
        : guard_(std::move(guard)), stream_(stream) {}
    ~StreamHandle() override {
        if (guard_->hub != nullptr) guard_->hub->closeStream(stream_);
    }

  private:
    std::shared_ptr<HubPort::Guard> guard_;
    std::uint64_t stream_;
};

NodeHub::NodeHub(Executor& control) : control_(control), guard_(std::make_shared<HubPort::Guard>()) {
    guard_->hub = this;
}

NodeHub::~NodeHub() {
    guard_->hub = nullptr;
    for (auto& [id, session] : sessions_)
        session.transport->close(
            Status{.reason = Reason::ServiceUnavailable, .message = "the control plane stops"});
}

bool NodeHub::send(const NodeName& node, ToAgent message) {
    const auto it = nodes_.find(node);
    if (it == nodes_.end()) return false;
    sessions_.at(it->second).transport->send(std::move(message));
    return true;
}

std::vector<NodeName> NodeHub::nodes() const {
    std::vector<NodeName> names;
    names.reserve(nodes_.size());
    for (const auto& [name, id] : nodes_)
        names.push_back(name);
    return names;
}

void NodeHub::disconnect(const NodeName& node, const Status& why) {
    const auto it = nodes_.find(node);
    if (it == nodes_.end()) return;
    const SessionId id = it->second;
    sessions_.at(id).transport->close(why);
    drop(id);
}

NodeHub::SessionId NodeHub::attach(NodeName certified, std::shared_ptr<LinkTransport> transport) {
    const SessionId id = nextSession_++;
    sessions_.emplace(id, Session{.node = std::move(certified), .transport = std::move(transport)});
    return id;
}

void NodeHub::received(SessionId id, const FromAgent& message) {
    const auto it = sessions_.find(id);
    if (it == sessions_.end()) return; // said before it heard that it was ended
    Session& session = it->second;
    if (message.what_case() == FromAgent::kHello) return greet(id, session, message.hello());
    if (!session.greeted) {
        session.transport->close(
            Status{.reason = Reason::BadRequest, .message = "the first message of a node must be Hello"});
        return drop(id);
    }
    switch (message.what_case()) {
    case FromAgent::kStreamData:
        return streamData(id, message.stream_data());
    case FromAgent::kStreamEnd: {
        const auto stream = streams_.find(message.stream_end().stream());
        if (stream == streams_.end() || stream->second->session != id) return;
        const std::string& error = message.stream_end().error();
        if (error.empty()) return endStream(stream->first, {});
        return endStream(stream->first, fail(Reason::InternalError, error));
    }
    default:
        if (listener_ != nullptr) listener_->onMessage(NodeName(session.node), message);
    }
}

void NodeHub::greet(SessionId id, Session& session, const Hello& hello) {
    std::string refusal;
    if (session.greeted) refusal = "a stream says Hello once";
    if (hello.protocol() != 1)
        refusal = fmt::format("the agent speaks protocol {}, this control plane 1", hello.protocol());
    if (hello.node_name() != session.node.value())
        refusal = fmt::format("the certificate is for node \"{}\", the agent says it is \"{}\"",
                              session.node.value(), hello.node_name());
    if (!refusal.empty()) {
        log::warning("nodelink", "refused a node: {}", refusal);
        session.transport->close(Status{.reason = Reason::Forbidden, .message = refusal});
        return drop(id);
    }
    if (const auto old = nodes_.find(session.node); old != nodes_.end()) {
        const SessionId oldId = old->second;
        sessions_.at(oldId).transport->close(
            Status{.reason = Reason::Conflict, .message = "the node has opened a newer stream"});
        drop(oldId);
    }
    session.greeted = true;
    nodes_[session.node] = id;
    if (listener_ != nullptr) listener_->onConnected(NodeName(session.node), hello);
}

void NodeHub::detached(SessionId session) {
    drop(session);
}

void NodeHub::drop(SessionId id) {
    auto taken = sessions_.extract(id);
    if (taken.empty()) return;
    const Session session = std::move(taken.mapped());
    const auto current = nodes_.find(session.node);
    const bool wasCurrent = current != nodes_.end() && current->second == id;
    if (wasCurrent) nodes_.erase(current);
    std::vector<std::uint64_t> ended;
    for (const auto& [stream, state] : streams_)
        if (state->session == id) ended.push_back(stream);
    for (const std::uint64_t stream : ended)
        endStream(stream, fail(Reason::ServiceUnavailable,
                               fmt::format("the connection to node \"{}\" was lost", session.node.value())));
    if (wasCurrent && listener_ != nullptr) listener_->onDisconnected(session.node);
}

std::unique_ptr<PodStream> NodeHub::openLog(const NodeName& node, const LogRequest& request,
                                            std::function<void(std::string_view)> onData,
                                            std::function<void(Result<void>)> onEnd) {
    const std::uint64_t id = nextStream_++;
    auto stream = std::make_shared<Stream>();
    stream->onData = std::move(onData);
    stream->onEnd = std::move(onEnd);
    streams_.emplace(id, stream);
    auto handle = std::make_unique<StreamHandle>(guard_, id);
    const auto it = nodes_.find(node);
    if (it == nodes_.end()) {
        port().post([id, node](NodeHub& hub) {
            hub.endStream(id, fail(Reason::ServiceUnavailable,
                                   fmt::format("node \"{}\" is not connected", node.value())));
        });
        return handle;
    }
    stream->session = it->second;
    ToAgent message;
    OpenLog& open = *message.mutable_open_log();
    open.set_stream(id);
    open.mutable_pod()->set_namespace_(request.nameSpace);
    open.mutable_pod()->set_name(request.pod);
    open.mutable_pod()->set_uid(request.podUid.value());
    open.set_container(request.container);
    open.set_follow(request.follow);
    open.set_previous(request.previous);
    open.set_timestamps(request.timestamps);
    open.set_tail_lines(request.tailLines.value_or(-1));
    open.set_since_time(request.sinceTime);
    open.set_limit_bytes(request.limitBytes.value_or(0));
    sessions_.at(it->second).transport->send(std::move(message));
    return handle;
}

void NodeHub::streamData(SessionId session, const StreamData& data) {
    const auto it = streams_.find(data.stream());
    if (it == streams_.end() || it->second->session != session) return;
    const std::shared_ptr<Stream> stream = it->second; // the receiver may close it inside
    stream->taken += data.data().size();
    if (stream->onData) stream->onData(data.data());
    if (stream->taken < creditLump || !streams_.contains(data.stream())) return;
    const auto open = sessions_.find(session);
    if (open == sessions_.end()) return;
    ToAgent message;
    message.mutable_credit()->set_stream(data.stream());
    message.mutable_credit()->set_bytes(static_cast<std::uint32_t>(std::exchange(stream->taken, 0)));
    open->second.transport->send(std::move(message));
}

void NodeHub::endStream(std::uint64_t id, Result<void> result) {
    auto taken = streams_.extract(id);
    if (taken.empty()) return;
    const std::shared_ptr<Stream> stream = std::move(taken.mapped());
    if (stream->onEnd) stream->onEnd(std::move(result));
}

void NodeHub::closeStream(std::uint64_t id) {
    auto taken = streams_.extract(id);
    if (taken.empty()) return;
    const auto session = sessions_.find(taken.mapped()->session);
    if (session == sessions_.end()) return;
    ToAgent message;
    message.set_close_stream(id);
    session->second.transport->send(std::move(message));
}

} // namespace wheelhouse::nodelink
