#pragma once

#include "engine/api/types.h"
#include "vmnodes/agent/runtime.h"

#include <string>

namespace wheelhouse::agent {

/// Guaranteed, Burstable or BestEffort, by Kubernetes' rules.
std::string qosClass(const api::core::Pod& pod);
/// A container's cgroup settings. `memoryCapacity` is the node's, in bytes, for the OOM score of Burstable
/// pods.
LinuxResources linuxResources(const api::core::Container& container, const std::string& qosClass,
                              std::int64_t memoryCapacity);

} // namespace wheelhouse::agent
