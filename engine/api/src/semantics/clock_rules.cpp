#include "engine/api/groups/clock.h"
#include "semantics/lab_kinds.h"

#include <cstdlib>

namespace wheelhouse::api::semantics {

namespace {

constexpr double slowest = 0.1;
constexpr double fastest = 100;

bool isSpeed(const std::string& text) {
    if (text.empty() || text.find_first_not_of("0123456789.") != std::string::npos) return false;
    char* end = nullptr;
    const double speed = std::strtod(text.c_str(), &end);
    return end == text.c_str() + text.size() && speed >= slowest && speed <= fastest;
}

void checkClock(const lab::ClusterClock& clock, Problems& problems) {
    if (clock.metadata().name() != "cluster")
        problems.invalid(Path("metadata").child("name"), clock.metadata().name(),
                         "there is one clock, and its name is cluster");
    const Path spec("spec");
    if (!clock.spec().speed().empty() && !isSpeed(clock.spec().speed()))
        problems.invalid(spec.child("speed"), clock.spec().speed(), "must be a number from 0.1 to 100");
    problems.nonNegative(spec.child("steps"), clock.spec().steps());
}

void checkClockChange(const lab::ClusterClock& now, const lab::ClusterClock& old, Problems& problems) {
    if (now.spec().steps() < old.spec().steps())
        problems.invalid(Path("spec").child("steps"), now.spec().steps(),
                         "steps that were made cannot be taken back");
}

void defaultClock(lab::ClusterClock& clock) {
    if (clock.spec().speed().empty()) clock.mutable_spec()->set_speed("1");
}

} // namespace

KindRuleList clockRules() {
    using Clock = lab::ClusterClock;
    static const KindRules all[] = {{.type = Clock::descriptor(),
                                     .generations = true,
                                     .defaults = on<Clock, defaultClock>,
                                     .check = checks<Clock, checkClock>,
                                     .checkChange = compares<Clock, checkClockChange>}};
    return all;
}

} // namespace wheelhouse::api::semantics
