#pragma once

#include "engine/base/status.h"

#include <string>

namespace wheelhouse::api::semantics {

/// Whether a cron job's schedule means anything: five fields, or @daily and its like; the message says what
/// is wrong, in the words users of Kubernetes know.
Result<void> checkSchedule(const std::string& schedule);

/// Whether a time zone has a name as IANA gives them and this computer knows it.
Result<void> checkTimeZone(const std::string& zone);

} // namespace wheelhouse::api::semantics
