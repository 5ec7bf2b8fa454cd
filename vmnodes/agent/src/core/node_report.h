#pragma once

#include "engine/api/types.h"
#include "engine/base/clock.h"
#include "vmnodes/agent/agent.h"

#include <string>

namespace wheelhouse::agent {

/// The state of the node, and when the control plane has to be told of it: at once when anything but a
/// heartbeat time changed, else every five minutes. On the agent's executor.
class NodeReport {
  public:
    const api::core::NodeStatus& status() const { return status_; }
    bool ready() const;
    /// What the runtime says now; a condition that is as it was keeps the time at which it became so.
    void take(api::core::NodeStatus status, WallTime now);
    /// True when the status has to be sent; from then on it counts as sent.
    bool due(Instant now);
    /// Nobody at the other end of a new connection has been told anything.
    void forgetReported() { reported_.clear(); }

  private:
    api::core::NodeStatus status_;
    std::string reported_; ///< without heartbeat times
    Instant reportedAt_{};
};

/// What a node says whose container runtime does not answer: all it last said, and that it is not ready.
api::core::NodeStatus withoutRuntime(api::core::NodeStatus last, const std::string& why);
/// The Node an agent registers.
api::core::Node nodeObject(const AgentOptions& options, const api::core::NodeStatus& status);

} // namespace wheelhouse::agent
