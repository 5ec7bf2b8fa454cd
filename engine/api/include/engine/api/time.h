#pragma once

#include "engine/api/types.h"
#include "engine/base/clock.h"
#include "engine/base/status.h"

#include <string>
#include <string_view>

namespace wheelhouse::api {

/// metav1.Time keeps whole seconds, MicroTime microseconds.
meta::Time toTime(WallTime time);
meta::MicroTime toMicroTime(WallTime time);
WallTime fromTime(const meta::Time& time);
WallTime fromTime(const meta::MicroTime& time);
/// RFC 3339 in UTC: "2026-01-02T03:04:05Z".
std::string formatTime(WallTime time);
Result<WallTime> parseTime(std::string_view text);

} // namespace wheelhouse::api
