#pragma once

#include "semantics/rules.h"

namespace wheelhouse::api::semantics {

void validateEphemeralContainers(const core::PodSpec& spec, const Path& path, Problems& problems);
/// Guaranteed: every container has cpu and memory limits and asks for exactly that. BestEffort: nobody asks
/// for any. Burstable: the rest.
std::string qosClass(const core::PodSpec& spec);

} // namespace wheelhouse::api::semantics
