#pragma once

#include "semantics/rules.h"

namespace wheelhouse::api::semantics {

void validateEphemeralContainers(const core::PodSpec& spec, const Path& path, Problems& problems);
/// Users, groups and sysctls of the whole pod; `path` is that of its securityContext.
void validatePodSecurity(const core::PodSpec& spec, const Path& path, Problems& problems);
/// Guaranteed: every container has cpu and memory limits and asks for exactly that. BestEffort: nobody asks
/// for any. Burstable: the rest.
std::string qosClass(const core::PodSpec& spec);

} // namespace wheelhouse::api::semantics
