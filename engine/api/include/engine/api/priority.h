#pragma once

#include "engine/api/groups/scheduling.h"
#include "engine/api/types.h"

#include <string>

namespace wheelhouse::api {

/// Writes into a pod about to be created what its PriorityClass makes of it: class name, number, preemption
/// policy. `chosen`: the class it names, or the cluster's default where it names none; null = neither.
/// Returns why the pod may not be, in Kubernetes' words, and then changes nothing; empty = done.
[[nodiscard]] std::string settlePriority(core::PodSpec& spec, const scheduling::PriorityClass* chosen);

} // namespace wheelhouse::api
