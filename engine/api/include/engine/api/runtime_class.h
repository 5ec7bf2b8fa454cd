#pragma once

#include "engine/api/groups/nodeclasses.h"
#include "engine/api/types.h"

#include <string>

namespace wheelhouse::api {

/// Writes into a pod about to be created what its RuntimeClass says: what its sandbox costs, and where such
/// sandboxes are. `chosen`: the class it names; null = there is none of that name. Returns why the pod may
/// not be, in Kubernetes' words; empty = done.
[[nodiscard]] std::string settleRuntimeClass(core::PodSpec& spec, const nodeclasses::RuntimeClass* chosen);

} // namespace wheelhouse::api
