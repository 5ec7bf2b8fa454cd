#pragma once

#include "engine/api/types.h"

namespace wheelhouse::api::semantics {

/// Defaults of a pod's spec, alone or inside a template (kubernetes pkg/apis/core/v1/defaults.go).
/// Idempotent.
void defaultPodSpec(core::PodSpec& spec);
/// Always for `latest` or no tag, IfNotPresent for a fixed tag or digest.
std::string pullPolicyFor(const std::string& image);

} // namespace wheelhouse::api::semantics
