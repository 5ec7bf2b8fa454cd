#pragma once

#include "engine/api/time_zone.h"
#include "engine/base/clock.h"
#include "engine/base/status.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wheelhouse::api {

/// When a cron job is due: five fields (minute, hour, day of month, month, day of week), "@daily" and its
/// like, or "@every 90m". A value of this type always means something.
class Schedule {
  public:
    /// Invalid says what is wrong, in the words users of Kubernetes know.
    static Result<Schedule> parse(std::string_view text);
    /// The first moment after `after` whose local time the fields name; nothing when there is none within
    /// five years. A local time that a change of the clocks skips does not come that day, one they repeat
    /// comes twice.
    std::optional<WallTime> next(WallTime after, const TimeZone& zone) const;

  private:
    /// Bit n: n is named.
    struct Values {
        std::uint64_t bits = 0;
        bool any = false; ///< a star: says nothing
        bool has(unsigned value) const { return (bits >> value & 1U) != 0; }
    };
    struct Field;
    static Result<Values> parseField(std::string_view text, const Field& field);
    static Result<Values> parseRange(std::string_view text, const Field& field);
    static Result<Schedule> parseFields(std::string_view text);
    static Result<Schedule> parseDescriptor(std::string_view text);
    bool namesDay(std::int64_t day) const;

    Values minute_, hour_, day_, month_, weekday_;
    Duration every_{}; ///< not zero: nothing but this counts
};

} // namespace wheelhouse::api
