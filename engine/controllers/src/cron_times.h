#pragma once

#include "engine/api/groups/batch.h"
#include "engine/api/schedule.h"
#include "engine/base/clock.h"

#include <optional>
#include <string>

namespace wheelhouse::controllers {

// When a CronJob is due. Pure.

/// What a CronJob's schedule says at one moment.
struct CronTimes {
    std::optional<WallTime> due;  ///< the last scheduled time that has come and was not acted on
    std::optional<WallTime> next; ///< the first one that has not come
    bool manyMissed = false;      ///< more than a hundred have come since
};
/// Times count from the last one acted on, or from when the object was made; with `withDeadline` from no
/// earlier than startingDeadlineSeconds allows.
CronTimes cronTimes(const api::batch::CronJob& cron, const api::Schedule& schedule, const api::TimeZone& zone,
                    WallTime now, bool withDeadline);

/// What the job of a scheduled time is called: the same time never makes two.
std::string cronJobName(const std::string& cron, WallTime scheduled);

/// RFC 3339 with the zone's offset: "2026-03-29T03:00:00+02:00".
std::string formatLocal(WallTime time, const api::TimeZone& zone);

} // namespace wheelhouse::controllers
