#pragma once

#include "engine/api/types.h"
#include "engine/base/status.h"

#include <string>
#include <string_view>

namespace wheelhouse::api {

/// What a ControllerRevision keeps: the strategic merge patch that gives a workload this pod template back.
/// The bytes are those `kubectl rollout undo` makes itself and compares with: keys sorted, and escaped as Go
/// does. Pure; thread-safe.
std::string templatePatch(const core::PodTemplateSpec& podTemplate);
/// The template in such a patch. BadRequest for anything else.
Result<core::PodTemplateSpec> templateIn(std::string_view patch);

} // namespace wheelhouse::api
