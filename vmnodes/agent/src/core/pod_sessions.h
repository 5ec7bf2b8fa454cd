#pragma once

#include "engine/nodelink/agent_channel.h"
#include "vmnodes/agent/pod_session.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace wheelhouse::agent {

/// The two-way streams (commands, ports) a control plane has open on this node: carries bytes between the
/// link and the runtime's sessions and the credit of both directions with them.
class PodSessions {
  public:
    using Send = std::function<bool(nodelink::FromAgent)>;
    using Open = std::function<std::unique_ptr<PodSession>(SessionEvents)>;
    explicit PodSessions(Send send) : send_(std::move(send)) {}

    /// `open` makes the session, or says why it cannot be.
    void open(std::uint64_t stream, Result<Open> open);
    void input(const nodelink::StreamInput& input);
    void resize(const nodelink::StreamResize& resize);
    void credit(std::uint64_t stream, std::uint32_t bytes);
    void close(std::uint64_t stream) { sessions_.erase(stream); }
    void closeAll() { sessions_.clear(); }

  private:
    struct Session {
        std::unique_ptr<PodSession> session;
        std::size_t taken = 0;              ///< input passed on and not yet credited
        std::size_t promised = firstCredit; ///< input the far end may still send
    };
    static constexpr std::size_t firstCredit = 256 * 1024;
    std::shared_ptr<Session> find(std::uint64_t stream) const;
    void taken(std::uint64_t stream, std::size_t bytes);
    void end(std::uint64_t stream, const Result<int>& result);

    Send send_;
    std::map<std::uint64_t, std::shared_ptr<Session>> sessions_;
};

} // namespace wheelhouse::agent
