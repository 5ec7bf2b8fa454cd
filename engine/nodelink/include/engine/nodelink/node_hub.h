#pragma once

#include "engine/base/executor.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/nodelink/pod_streams.h"
#include "link.pb.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::nodelink {

/// One stream to one agent, as the hub sees its transport. Called on the control executor; must not call back
/// inside.
class LinkTransport {
  public:
    virtual ~LinkTransport() = default;
    virtual void send(ToAgent message) = 0;
    /// Ends the stream; the agent is told why.
    virtual void close(const Status& why) = 0;
};

/// Who hears what nodes say. Called on the control executor.
class NodeListener {
  public:
    virtual ~NodeListener() = default;
    virtual void onConnected(const NodeName& node, const Hello& hello) = 0;
    /// Everything but Hello and what belongs to streams.
    virtual void onMessage(const NodeName& node, const FromAgent& message) = 0;
    virtual void onDisconnected(const NodeName& node) = 0;
};

/// Stands between a hub and its links: passes on what is said, at once, later or never. Called on the control
/// executor.
class LinkFilter {
  public:
    enum class Way { ToNode, FromNode };

    virtual ~LinkFilter() = default;
    /// Whether the node may be connected at all.
    virtual bool admits(const NodeName& node) const = 0;
    /// Calls `deliver` at most once; what is said one way to or from one node keeps its order.
    virtual void pass(const NodeName& node, Way way, std::size_t bytes, std::function<void()> deliver) = 0;
};

class NodeHub;

/// The way into a hub from another thread: tasks for the control executor that do nothing once the hub is
/// gone. Copyable, thread-safe.
class HubPort {
  public:
    void post(std::function<void(NodeHub&)> task) const;

  private:
    friend class NodeHub;
    struct Guard {
        NodeHub* hub = nullptr; ///< touched on the control executor only
    };
    HubPort(Executor& control, std::shared_ptr<Guard> guard) : control_(&control), guard_(std::move(guard)) {}
    Executor* control_;
    std::shared_ptr<Guard> guard_;
};

/// The server's end of every node link: which nodes are connected, messages to and from them, and streams to
/// their pods. Lives on the control executor; everything is called and calls back there. A second stream of a
/// node ends the first.
class NodeHub final : public PodStreams {
  public:
    /// Names one stream of one transport; never used again.
    using SessionId = std::uint64_t;

    explicit NodeHub(Executor& control);
    ~NodeHub() override;
    NodeHub(const NodeHub&) = delete;
    NodeHub& operator=(const NodeHub&) = delete;

    /// At most one; it must outlive the hub or be taken away with null.
    void setListener(NodeListener* listener) { listener_ = listener; }
    /// Between the hub and its links from now on; null = nothing. It must outlive the hub or be taken away
    /// with null.
    void setFilter(LinkFilter* filter) { filter_ = filter; }
    /// False when the node is not connected.
    bool send(const NodeName& node, ToAgent message);
    bool connected(const NodeName& node) const { return nodes_.contains(node); }
    std::vector<NodeName> nodes() const;
    /// What was said on the link of a connected node since it connected, while it was counted; in bytes.
    struct Traffic {
        NodeName node;
        std::uint64_t toNode = 0;
        std::uint64_t fromNode = 0;
    };
    std::vector<Traffic> traffic() const;
    /// The same of one node; nothing while it is not connected.
    std::optional<Traffic> trafficOf(const NodeName& node) const;
    /// Whether messages are counted from now on: they must be measured for that.
    void countTraffic(bool count) { counting_ = count; }
    /// Ends every stream of the node; it may connect again.
    void disconnect(const NodeName& node, const Status& why);

    std::unique_ptr<PodStream> openLog(const NodeName& node, const LogRequest& request,
                                       std::function<void(std::string_view)> onData,
                                       std::function<void(Result<void>)> onEnd) override;
    std::unique_ptr<PodDuplex> openExec(const NodeName& node, const ExecRequest& request,
                                        DuplexEvents events) override;
    std::unique_ptr<PodDuplex> openPort(const NodeName& node, const PortRequest& request,
                                        DuplexEvents events) override;

    // What transports call.
    HubPort port() const { return HubPort(control_, guard_); }
    /// A stream that proved to be `certified`; it counts as connected from its Hello on.
    SessionId attach(NodeName certified, std::shared_ptr<LinkTransport> transport);
    void received(SessionId session, const FromAgent& message);
    void detached(SessionId session);

  private:
    struct Session {
        NodeName node;
        std::shared_ptr<LinkTransport> transport;
        bool greeted = false;
        std::uint64_t bytesToNode = 0;
        std::uint64_t bytesFromNode = 0;
    };
    struct Stream {
        SessionId session = 0;
        std::function<void(int, std::string_view)> onData;
        std::function<void()> onRoom;
        std::function<void(Result<int>)> onEnd;
        std::size_t delivered = 0;  ///< bytes delivered and not yet taken
        std::size_t uncredited = 0; ///< bytes taken and not yet credited
        std::size_t room = 0;       ///< input the agent has room for
        bool inputClosed = false;
    };
    class StreamHandle;
    class DuplexHandle;

    /// Puts a message on its way to the node.
    void transmit(SessionId id, ToAgent message);
    void take(SessionId id, const FromAgent& message);
    void greet(SessionId id, Session& session, const Hello& hello);
    void drop(SessionId id);
    /// Opens a stream and has `open` said to its node; ends it at once when the node is not connected.
    std::uint64_t openStream(const NodeName& node, std::shared_ptr<Stream> stream,
                             const std::function<ToAgent(std::uint64_t)>& open);
    std::shared_ptr<Stream> streamOf(std::uint64_t stream) const;
    void tell(const Stream& stream, ToAgent message);
    void streamData(SessionId session, const StreamData& data);
    void streamEnded(SessionId session, const StreamEnd& end);
    void inputTaken(SessionId session, const StreamCredit& credit);
    void taken(std::uint64_t id, Stream& stream, std::size_t bytes);
    void endStream(std::uint64_t stream, Result<int> result);
    void closeStream(std::uint64_t stream);

    Executor& control_;
    std::shared_ptr<HubPort::Guard> guard_;
    NodeListener* listener_ = nullptr;
    LinkFilter* filter_ = nullptr;
    bool counting_ = false;
    SessionId nextSession_ = 1;
    std::uint64_t nextStream_ = 1;
    std::unordered_map<SessionId, Session> sessions_;
    std::unordered_map<NodeName, SessionId> nodes_; ///< greeted sessions only
    std::unordered_map<std::uint64_t, std::shared_ptr<Stream>> streams_;
};

/// "system:node:" + name, the CN every node's certificate carries.
inline constexpr std::string_view nodeUserPrefix = "system:node:";

} // namespace wheelhouse::nodelink
