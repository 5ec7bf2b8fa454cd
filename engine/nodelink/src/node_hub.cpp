#include "engine/nodelink/node_hub.h"

#include "engine/base/log.h"

#include <algorithm>
#include <utility>

namespace wheelhouse::nodelink {

namespace {

/// Credit goes back in lumps: one message for each 64 KiB, not one for each line.
constexpr std::size_t creditLump = 64 * 1024;
/// What either side of a stream may send before it hears of the other.
constexpr std::size_t firstCredit = 256 * 1024;

template <class Request>
void setPod(PodRef& pod, const Request& request) {
    pod.set_namespace_(request.nameSpace);
    pod.set_name(request.pod);
    pod.set_uid(request.podUid.value());
}

template <class Stream>
std::shared_ptr<Stream> duplexStream(DuplexEvents events) {
    auto stream = std::make_shared<Stream>();
    stream->onData = std::move(events.onData);
    stream->onRoom = std::move(events.onRoom);
    stream->onEnd = std::move(events.onEnd);
    stream->room = firstCredit;
    return stream;
}

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
    void taken(std::size_t bytes) override {
        const auto stream = guard_->hub != nullptr ? guard_->hub->streamOf(stream_) : nullptr;
        if (stream) guard_->hub->taken(stream_, *stream, bytes);
    }

  private:
    std::shared_ptr<HubPort::Guard> guard_;
    std::uint64_t stream_;
};

class NodeHub::DuplexHandle final : public PodDuplex {
  public:
    DuplexHandle(std::shared_ptr<HubPort::Guard> guard, std::uint64_t stream)
        : guard_(std::move(guard)), stream_(stream) {}
    ~DuplexHandle() override {
        if (guard_->hub != nullptr) guard_->hub->closeStream(stream_);
    }
    std::size_t room() const override {
        const auto stream = open();
        return stream && !stream->inputClosed ? stream->room : 0;
    }
    void write(std::string_view bytes) override { input(bytes, false); }
    void closeInput() override { input({}, true); }
    void resize(std::uint16_t width, std::uint16_t height) override {
        const auto stream = open();
        if (!stream) return;
        ToAgent message;
        message.mutable_resize()->set_stream(stream_);
        message.mutable_resize()->set_width(width);
        message.mutable_resize()->set_height(height);
        guard_->hub->tell(*stream, std::move(message));
    }
    void taken(std::size_t bytes) override {
        if (const auto stream = open()) guard_->hub->taken(stream_, *stream, bytes);
    }

  private:
    std::shared_ptr<Stream> open() const {
        return guard_->hub != nullptr ? guard_->hub->streamOf(stream_) : nullptr;
    }
    void input(std::string_view bytes, bool end) {
        const auto stream = open();
        if (!stream || stream->inputClosed) return;
        bytes = bytes.substr(0, stream->room);
        if (bytes.empty() && !end) return;
        stream->room -= bytes.size();
        stream->inputClosed = end;
        ToAgent message;
        message.mutable_input()->set_stream(stream_);
        message.mutable_input()->set_data(bytes.data(), bytes.size());
        message.mutable_input()->set_end(end);
        guard_->hub->tell(*stream, std::move(message));
    }

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
    transmit(it->second, std::move(message));
    return true;
}

void NodeHub::transmit(SessionId id, ToAgent message) {
    Session& session = sessions_.at(id);
    if (counting_) session.bytesToNode += message.ByteSizeLong();
    if (filter_ == nullptr) return session.transport->send(std::move(message));
    const std::size_t bytes = message.ByteSizeLong();
    filter_->pass(session.node, LinkFilter::Way::ToNode, bytes,
                  [guard = guard_, id, message = std::move(message)] {
                      if (guard->hub == nullptr) return;
                      const auto found = guard->hub->sessions_.find(id);
                      if (found != guard->hub->sessions_.end()) found->second.transport->send(message);
                  });
}

std::vector<NodeName> NodeHub::nodes() const {
    std::vector<NodeName> names;
    names.reserve(nodes_.size());
    for (const auto& [name, id] : nodes_)
        names.push_back(name);
    return names;
}

void NodeHub::disconnect(const NodeName& node, const Status& why) {
    std::vector<SessionId> ending;
    for (const auto& [id, session] : sessions_)
        if (session.node == node) ending.push_back(id);
    for (const SessionId id : ending) {
        sessions_.at(id).transport->close(why);
        drop(id);
    }
}

std::vector<NodeHub::Traffic> NodeHub::traffic() const {
    std::vector<Traffic> all;
    all.reserve(nodes_.size());
    for (const auto& [name, id] : nodes_)
        all.push_back(*trafficOf(name));
    return all;
}

std::optional<NodeHub::Traffic> NodeHub::trafficOf(const NodeName& node) const {
    const auto found = nodes_.find(node);
    if (found == nodes_.end()) return std::nullopt;
    const Session& session = sessions_.at(found->second);
    return Traffic{node, session.bytesToNode, session.bytesFromNode};
}

NodeHub::SessionId NodeHub::attach(NodeName certified, std::shared_ptr<LinkTransport> transport) {
    const SessionId id = nextSession_++;
    sessions_.emplace(id, Session{.node = std::move(certified), .transport = std::move(transport)});
    return id;
}

void NodeHub::received(SessionId id, const FromAgent& message) {
    const auto it = sessions_.find(id);
    if (counting_ && it != sessions_.end()) it->second.bytesFromNode += message.ByteSizeLong();
    if (filter_ == nullptr || it == sessions_.end()) return take(id, message);
    filter_->pass(it->second.node, LinkFilter::Way::FromNode, message.ByteSizeLong(),
                  [guard = guard_, id, message] {
                      if (guard->hub != nullptr) guard->hub->take(id, message);
                  });
}

void NodeHub::take(SessionId id, const FromAgent& message) {
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
    case FromAgent::kStreamEnd:
        return streamEnded(id, message.stream_end());
    case FromAgent::kStreamCredit:
        return inputTaken(id, message.stream_credit());
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
    if (refusal.empty() && filter_ != nullptr && !filter_->admits(session.node)) {
        session.transport->close(
            Status{.reason = Reason::ServiceUnavailable, .message = "the link is cut by a fault"});
        return drop(id);
    }
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

std::uint64_t NodeHub::openStream(const NodeName& node, std::shared_ptr<Stream> stream,
                                  const std::function<ToAgent(std::uint64_t)>& open) {
    const std::uint64_t id = nextStream_++;
    streams_.emplace(id, stream);
    const auto it = nodes_.find(node);
    if (it == nodes_.end()) {
        port().post([id, node](NodeHub& hub) {
            hub.endStream(id, fail(Reason::ServiceUnavailable,
                                   fmt::format("node \"{}\" is not connected", node.value())));
        });
        return id;
    }
    stream->session = it->second;
    transmit(it->second, open(id));
    return id;
}

std::unique_ptr<PodStream> NodeHub::openLog(const NodeName& node, const LogRequest& request,
                                            std::function<void(std::string_view)> onData,
                                            std::function<void(Result<void>)> onEnd) {
    auto stream = std::make_shared<Stream>();
    if (onData) stream->onData = [onData = std::move(onData)](int, std::string_view bytes) { onData(bytes); };
    if (onEnd)
        stream->onEnd = [onEnd = std::move(onEnd)](Result<int> end) {
            onEnd(end ? Result<void>() : fail(std::move(end.error())));
        };
    const std::uint64_t id = openStream(node, std::move(stream), [&](std::uint64_t number) {
        ToAgent message;
        OpenLog& open = *message.mutable_open_log();
        open.set_stream(number);
        setPod(*open.mutable_pod(), request);
        open.set_container(request.container);
        open.set_follow(request.follow);
        open.set_previous(request.previous);
        open.set_timestamps(request.timestamps);
        open.set_tail_lines(request.tailLines.value_or(-1));
        open.set_since_time(request.sinceTime);
        open.set_limit_bytes(request.limitBytes.value_or(0));
        return message;
    });
    return std::make_unique<StreamHandle>(guard_, id);
}

std::unique_ptr<PodDuplex> NodeHub::openExec(const NodeName& node, const ExecRequest& request,
                                             DuplexEvents events) {
    const std::uint64_t id =
        openStream(node, duplexStream<Stream>(std::move(events)), [&](std::uint64_t number) {
            ToAgent message;
            OpenExec& open = *message.mutable_open_exec();
            open.set_stream(number);
            setPod(*open.mutable_pod(), request);
            open.set_container(request.container);
            for (const std::string& word : request.command)
                open.add_command(word);
            open.set_attach(request.attach);
            open.set_stdin(request.stdIn);
            open.set_stdout(request.stdOut);
            open.set_stderr(request.stdErr && !request.tty);
            open.set_tty(request.tty);
            return message;
        });
    return std::make_unique<DuplexHandle>(guard_, id);
}

std::unique_ptr<PodDuplex> NodeHub::openPort(const NodeName& node, const PortRequest& request,
                                             DuplexEvents events) {
    const std::uint64_t id =
        openStream(node, duplexStream<Stream>(std::move(events)), [&](std::uint64_t number) {
            ToAgent message;
            OpenPort& open = *message.mutable_open_port();
            open.set_stream(number);
            if (!request.pod.empty()) setPod(*open.mutable_pod(), request);
            open.set_port(request.port);
            open.set_own_address(request.ownAddress);
            return message;
        });
    return std::make_unique<DuplexHandle>(guard_, id);
}

std::shared_ptr<NodeHub::Stream> NodeHub::streamOf(std::uint64_t id) const {
    const auto it = streams_.find(id);
    return it == streams_.end() ? nullptr : it->second;
}

void NodeHub::tell(const Stream& stream, ToAgent message) {
    if (sessions_.contains(stream.session)) transmit(stream.session, std::move(message));
}

void NodeHub::streamData(SessionId session, const StreamData& data) {
    const std::shared_ptr<Stream> stream = streamOf(data.stream()); // the receiver may close it inside
    if (!stream || stream->session != session) return;
    stream->delivered += data.data().size();
    if (stream->delivered > firstCredit) {
        endStream(data.stream(), fail(Reason::InternalError, "the node sends more than it may"));
        ToAgent message;
        message.set_close_stream(data.stream());
        return tell(*stream, std::move(message));
    }
    if (stream->onData) stream->onData(data.channel() == 2 ? 2 : 1, data.data());
}

void NodeHub::taken(std::uint64_t id, Stream& stream, std::size_t bytes) {
    bytes = std::min(bytes, stream.delivered);
    stream.delivered -= bytes;
    stream.uncredited += bytes;
    if (stream.uncredited < creditLump) return;
    ToAgent message;
    message.mutable_credit()->set_stream(id);
    message.mutable_credit()->set_bytes(static_cast<std::uint32_t>(std::exchange(stream.uncredited, 0)));
    tell(stream, std::move(message));
}

void NodeHub::inputTaken(SessionId session, const StreamCredit& credit) {
    const std::shared_ptr<Stream> stream = streamOf(credit.stream());
    if (!stream || stream->session != session) return;
    stream->room = std::min(firstCredit, stream->room + credit.bytes());
    if (stream->onRoom) stream->onRoom();
}

void NodeHub::streamEnded(SessionId session, const StreamEnd& end) {
    const std::shared_ptr<Stream> stream = streamOf(end.stream());
    if (!stream || stream->session != session) return;
    if (end.error().empty()) return endStream(end.stream(), end.exit_code());
    endStream(end.stream(), fail(Reason::InternalError, end.error()));
}

void NodeHub::endStream(std::uint64_t id, Result<int> result) {
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
