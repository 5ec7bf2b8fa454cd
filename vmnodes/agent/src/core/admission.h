#pragma once

#include "engine/api/types.h"

#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::agent {

/// Why a node will not run a pod, as the pod's status and an event say it.
struct Rejection {
    std::string reason;  ///< "OutOfcpu", "NodePorts", …
    std::string message; ///< for people
};

/// What stands against running `pod` on a node beside `others`: what the node has to give, host ports taken,
/// another operating system. The first of them, or nothing. A node whose status says nothing of what it has
/// is not asked for it. Labels and taints are not looked at: a node does not hear what others gave it.
std::optional<Rejection> whyRejected(const api::core::Pod& pod,
                                     const std::vector<const api::core::Pod*>& others,
                                     const api::core::NodeStatus& node);

} // namespace wheelhouse::agent
