#include "fault_times.h"

#include "engine/api/schedule.h"
#include "engine/api/time.h"

#include <algorithm>

namespace wheelhouse::controllers {

namespace {

namespace lab = api::lab;

WallTime earliest(const lab::Fault& fault) {
    return api::fromTime(fault.metadata().creationtimestamp()) +
           std::chrono::seconds(fault.spec().startafterseconds());
}

Beginning scheduled(const lab::FaultSpec& spec, WallTime after) {
    const auto schedule = api::Schedule::parse(spec.schedule());
    if (!schedule) return {}; // was looked at when the fault was made
    api::TimeZone zone;
    if (!spec.timezone().empty()) {
        const auto zones = api::timeZones();
        if (!zones) return {{}, false};
        const api::TimeZone* known = zones->find(spec.timezone());
        if (known == nullptr) return {};
        zone = *known;
    }
    return {schedule->next(after, zone)};
}

} // namespace

Beginning firstBeginning(const lab::Fault& fault) {
    if (fault.spec().schedule().empty()) return {earliest(fault)};
    return scheduled(fault.spec(), earliest(fault));
}

Beginning nextBeginning(const lab::Fault& fault, WallTime now) {
    const WallTime first = earliest(fault);
    if (!fault.spec().schedule().empty()) return scheduled(fault.spec(), std::max(now, first));
    if (!fault.spec().has_everyseconds()) return {};
    if (now < first) return {first};
    const Duration every = std::chrono::seconds(fault.spec().everyseconds());
    return {first + every * ((now - first) / every + 1)};
}

} // namespace wheelhouse::controllers
