#include "cron_times.h"

#include "engine/api/time.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>

namespace wheelhouse::controllers {

namespace {

using std::chrono::seconds;

constexpr std::int64_t manyTimes = 100;

std::int64_t secondOf(WallTime time) {
    return std::chrono::floor<seconds>(time).time_since_epoch().count();
}

/// The last of the scheduled times after `from` that has come.
std::optional<WallTime> lastBefore(const api::Schedule& schedule, const api::TimeZone& zone, WallTime from,
                                   WallTime now) {
    std::optional<WallTime> last;
    for (auto each = schedule.next(from, zone); each && *each <= now; each = schedule.next(*each, zone))
        last = each;
    return last;
}

} // namespace

CronTimes cronTimes(const api::batch::CronJob& cron, const api::Schedule& schedule, const api::TimeZone& zone,
                    WallTime now, bool withDeadline) {
    const auto& spec = cron.spec();
    WallTime from = api::fromTime(cron.status().has_lastscheduletime() ? cron.status().lastscheduletime()
                                                                       : cron.metadata().creationtimestamp());
    if (withDeadline && spec.has_startingdeadlineseconds())
        from = std::max(from, now - seconds(spec.startingdeadlineseconds()));
    CronTimes times;
    times.next = schedule.next(now, zone);
    const auto first = schedule.next(from, zone);
    if (!first || *first > now) return times;
    const auto second = schedule.next(*first, zone);
    if (!second || *second > now) {
        times.due = first;
        return times;
    }
    // Years may have passed: guess near the end first, and further back where the schedule is irregular.
    const Duration between = *second - *first;
    const std::int64_t missed = (now - *first) / between + 1;
    times.manyMissed = missed > manyTimes;
    for (std::int64_t skipped = missed - 2; !times.due && skipped > 0; skipped /= 2)
        times.due = lastBefore(schedule, zone, *first + between * skipped, now);
    if (!times.due) times.due = lastBefore(schedule, zone, *first, now);
    return times;
}

std::string cronJobName(const std::string& cron, WallTime scheduled) {
    return fmt::format("{}-{}", cron, secondOf(scheduled) / 60);
}

std::string formatLocal(WallTime time, const api::TimeZone& zone) {
    const std::int64_t second = secondOf(time);
    const std::int64_t offset = zone.at(second).offset;
    std::string text = api::formatSeconds(second + offset);
    if (offset == 0) return text;
    text.pop_back();
    const std::int64_t minutes = std::abs(offset) / 60;
    return fmt::format("{}{}{:02}:{:02}", text, offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

} // namespace wheelhouse::controllers
