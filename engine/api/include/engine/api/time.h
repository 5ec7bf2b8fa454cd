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
/// Fractions and offsets are understood; BadRequest otherwise.
Result<WallTime> parseTime(std::string_view text);

/// The same without the range of WallTime (years 1678 to 2261): what the wire carries.
struct SecondsAndNanos {
    std::int64_t seconds = 0; ///< since 1970, may be negative
    std::int32_t nanos = 0;   ///< 0 to 999,999,999
};
Result<SecondsAndNanos> parseTimestamp(std::string_view text);
std::string formatSeconds(std::int64_t secondsSince1970);
/// "2026-01-02T03:04:05.000006Z".
std::string formatMicros(std::int64_t secondsSince1970, std::int32_t nanos);

} // namespace wheelhouse::api
