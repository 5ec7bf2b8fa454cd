#pragma once

#include "engine/api/types.h"
#include "vmnodes/agent/runtime.h"

#include <cstdint>
#include <string>

namespace wheelhouse::agent {

/// Whether the pod says how much of the node's disk it may have: `limits.ephemeral-storage` of a container or
/// the `sizeLimit` of an emptyDir on disk.
bool limitsStorage(const api::core::Pod& pod);

/// Which of these limits the pod is beyond, in the kubelet's words; empty when none. One emptyDir alone is
/// looked at first, then all of the pod against the sum of its containers' limits, then each container alone:
/// its logs and, unless images have a disk of their own (`imagesApart`), what it has written beside volumes.
std::string exceededStorage(const api::core::Pod& pod, const PodShare& share, bool imagesApart);

/// How large an emptyDir in memory is made, in bytes: its `sizeLimit`, but no more than what all containers
/// of the pod may have together, where all of them are limited, nor than what the node has to give. 0 =
/// nobody says.
std::int64_t memoryVolumeSize(const api::core::EmptyDirVolumeSource& source, const api::core::Pod& pod,
                              const api::core::NodeStatus& node);

} // namespace wheelhouse::agent
