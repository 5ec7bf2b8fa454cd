#pragma once

#include "admission.h"
#include "engine/base/executor.h"
#include "objects.h"
#include "vmnodes/agent/agent.h"
#include "vmnodes/agent/runtime.h"

#include <optional>
#include <string>

namespace wheelhouse::agent {

/// What a pod worker needs of the agent it belongs to.
class PodHost {
  public:
    virtual ~PodHost() = default;
    virtual Runtime& runtime() = 0;
    virtual Executor& executor() = 0;
    virtual const AgentOptions& options() const = 0;
    virtual const ObjectCache& objects() const = 0;
    virtual const network::NetworkObjects& network() const = 0;
    virtual const std::string& hostIp() const = 0;
    virtual const api::core::NodeStatus& nodeStatus() const = 0;
    virtual std::int64_t memoryCapacity() const = 0;
    /// No image can be pulled now, on purpose.
    virtual bool registryDown() const = 0;
    /// What stands against this pod beside all others that run here; nothing when there is room.
    virtual std::optional<Rejection> whyNoRoom(const api::core::Pod& pod) const = 0;
    /// Something in the pod's status may have changed.
    virtual void statusChanged(const Uid& pod) = 0;
    /// The same of a step on the way, which nobody waits for: it is reported with the pod's next change, or
    /// alone when none comes for a while.
    virtual void progressed(const Uid& pod) = 0;
    virtual void event(const PodId& pod, bool warning, const std::string& reason, const std::string& message,
                       const std::string& container) = 0;
    /// A container ended; open logs of it have no more to come.
    virtual void containerEnded(const std::string& containerId) = 0;
    /// Which attached volumes the pod uses has changed.
    virtual void disksChanged() = 0;
    /// Nothing of the pod is left on the node. Called last; the worker dies soon after, not inside.
    virtual void podGone(const Uid& pod) = 0;
};

} // namespace wheelhouse::agent
