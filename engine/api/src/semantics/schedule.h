#pragma once

#include "engine/base/status.h"
#include "semantics/problems.h"

#include <string>

namespace wheelhouse::api::semantics {

/// Whether a schedule means anything: five fields, or @daily and its like; what is wrong is said in the words
/// users of Kubernetes know.
void validateSchedule(const std::string& schedule, const Path& path, Problems& problems);

/// Whether a time zone has a name as IANA gives them and this computer knows it.
Result<void> checkTimeZone(const std::string& zone);

} // namespace wheelhouse::api::semantics
