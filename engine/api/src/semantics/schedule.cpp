#include "semantics/schedule.h"

#include "engine/api/schedule.h"
#include "engine/api/time_zone.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::api::semantics {

namespace {

tl::unexpected<Status> wrong(std::string message) {
    return fail(Reason::Invalid, std::move(message));
}

bool isZonePart(std::string_view part) {
    constexpr std::size_t longest = 14;
    return !part.empty() && part.size() <= longest && part != "." && part != ".." && part.front() != '-' &&
           std::all_of(part.begin(), part.end(), [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-' || c == '_' || c == '+';
           });
}

bool isZoneName(std::string_view zone) {
    while (true) {
        const std::size_t slash = zone.find('/');
        if (!isZonePart(zone.substr(0, slash))) return false;
        if (slash == std::string_view::npos) return true;
        zone.remove_prefix(slash + 1);
    }
}

bool isLocal(const std::string& zone) {
    return zone.size() == 5 &&
           std::equal(zone.begin(), zone.end(), "local", [](char a, char b) { return (a | 0x20) == b; });
}

Result<void> checkSchedule(const std::string& schedule) {
    std::string_view text = schedule;
    if (text.starts_with("TZ=") || text.starts_with("CRON_TZ=")) {
        const std::size_t space = std::min(text.find(' '), text.size());
        const std::size_t equals = text.find('=');
        const std::string zone(text.substr(equals + 1, space - equals - 1));
        if (const Result<void> known = checkTimeZone(zone); !known)
            return wrong(fmt::format("provided bad location {}: {}", zone, known.error().message));
        text.remove_prefix(std::min(text.find_first_not_of(' ', space), text.size()));
    }
    const Result<Schedule> parsed = Schedule::parse(text);
    return parsed ? Result<void>() : fail(parsed.error());
}

} // namespace

void validateSchedule(const std::string& schedule, const Path& path, Problems& problems) {
    if (const Result<void> parsed = checkSchedule(schedule); !parsed)
        problems.invalid(path, schedule, parsed.error().message);
    if (schedule.find("TZ") != std::string::npos)
        problems.invalid(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
}

Result<void> checkTimeZone(const std::string& zone) {
    if (zone.empty()) return wrong("timeZone must be nil or non-empty string");
    if (!isZoneName(zone)) return wrong("unknown time zone " + zone);
    if (isLocal(zone))
        return wrong("timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
    // Until the zones are read, whatever looks like one is taken.
    if (const auto zones = timeZones(); zones && !zones->find(zone))
        return wrong("unknown time zone " + zone);
    return {};
}

} // namespace wheelhouse::api::semantics
