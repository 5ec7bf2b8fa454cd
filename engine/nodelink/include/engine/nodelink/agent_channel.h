#pragma once

#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "link.pb.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace wheelhouse::nodelink {

/// The agent's end of the node link. Lives on the agent's executor: call it there, handlers run there. It
/// connects by itself for as long as it exists; nothing said while it is down is kept, so after `onUp` the
/// agent says everything anew.
class AgentChannel {
  public:
    struct Handlers {
        std::function<void()> onUp; ///< a fresh stream; the first message to send is Hello
        std::function<void(const ToAgent&)> onMessage;
        std::function<void()> onDown;
    };
    virtual ~AgentChannel() = default;
    /// Once; begins to connect.
    virtual void start(Handlers handlers) = 0;
    /// False while the link is down; the message is dropped then.
    virtual bool send(FromAgent message) = 0;
};

/// How an agent reaches the control plane.
struct LinkTarget {
    std::string host; ///< an IP address
    std::uint16_t port = 0;
    std::string caPem;
    std::string certificatePem; ///< CN=system:node:<name>
    std::string keyPem;
    /// The name the server's certificate must carry when it is not `host`; empty = `host`.
    std::string serverName;
    Duration firstBackOff = std::chrono::milliseconds(200);
    Duration maxBackOff = std::chrono::seconds(10);
};

/// Over gRPC with mTLS. Reconnects with exponential back-off and jitter, pings an idle link, and drops a link
/// whose queue outgrows 16 MiB (a reconnect says everything anew). Destroy it on `executor`.
std::unique_ptr<AgentChannel> connectGrpc(LinkTarget target, Executor& executor, Random& random);

} // namespace wheelhouse::nodelink
