#include "engine/api/groups/nodeclasses.h"
#include "engine/api/groups/scheduling.h"
#include "semantics/kind_rules.h"

#include <fmt/format.h>

namespace wheelhouse::api::semantics {

namespace {

constexpr std::int32_t highestOfUsers = 1'000'000'000;

/// Why a class may not be called what it is; empty when it may.
std::string complaintAboutSystemClass(const scheduling::PriorityClass& of) {
    struct Known {
        const char* name;
        std::int32_t value;
    };
    static constexpr Known classes[] = {{"system-node-critical", highestOfUsers * 2 + 1000},
                                        {"system-cluster-critical", highestOfUsers * 2}};
    for (const Known& each : classes) {
        if (of.metadata().name() != each.name) continue;
        if (of.value() != each.value)
            return fmt::format("value of {} PriorityClass must be {}", each.name, each.value);
        if (of.globaldefault())
            return fmt::format("globalDefault of {} PriorityClass must be false", each.name);
        return {};
    }
    return of.metadata().name() + " is not a known system priority class";
}

void checkPriorityClass(const scheduling::PriorityClass& of, Problems& problems) {
    if (of.metadata().name().starts_with("system-")) {
        const std::string complaint = complaintAboutSystemClass(of);
        if (!complaint.empty())
            problems.forbidden(Path("metadata.name"),
                               "priority class names with 'system-' prefix are reserved for "
                               "system use only. error: " +
                                   complaint);
    } else if (of.value() > highestOfUsers) {
        problems.forbidden(
            Path("value"),
            fmt::format("maximum allowed value of a user defined priority is {}", highestOfUsers));
    }
    if (!of.has_preemptionpolicy()) return;
    const Path policy("preemptionPolicy");
    if (of.preemptionpolicy().empty())
        problems.required(policy);
    else if (of.preemptionpolicy() != "PreemptLowerPriority" && of.preemptionpolicy() != "Never")
        problems.notSupported(policy, of.preemptionpolicy(), {"PreemptLowerPriority", "Never"});
}

void checkPriorityClassChange(const scheduling::PriorityClass& now, const scheduling::PriorityClass& old,
                              Problems& problems) {
    if (now.value() != old.value()) problems.forbidden(Path("value"), "may not be changed in an update.");
    requireSameValue(now.preemptionpolicy(), old.preemptionpolicy(), Path("preemptionPolicy"), problems);
}

void defaultPriorityClass(scheduling::PriorityClass& of) {
    if (!of.has_preemptionpolicy()) of.set_preemptionpolicy("PreemptLowerPriority");
}

void checkRuntimeClass(const nodeclasses::RuntimeClass& of, Problems& problems) {
    problems.invalid(Path("handler"), of.handler(), dnsLabel(of.handler()));
    if (of.has_overhead())
        validateResourceList(of.overhead().podfixed(), Path("overhead").child("podFixed"), problems);
    if (!of.has_scheduling()) return;
    const Path scheduling("scheduling");
    validateLabels(of.scheduling().nodeselector(), scheduling.child("nodeSelector"), problems);
    validateTolerations(of.scheduling().tolerations(), scheduling.child("tolerations"), problems);
}

void checkRuntimeClassChange(const nodeclasses::RuntimeClass& now, const nodeclasses::RuntimeClass& old,
                             Problems& problems) {
    requireSameValue(now.handler(), old.handler(), Path("handler"), problems);
}

} // namespace

KindRuleList classRules() {
    static const KindRules all[] = {
        {.type = scheduling::PriorityClass::descriptor(),
         .generations = true,
         .defaults = on<scheduling::PriorityClass, defaultPriorityClass>,
         .check = checks<scheduling::PriorityClass, checkPriorityClass>,
         .checkChange = compares<scheduling::PriorityClass, checkPriorityClassChange>},
        {.type = nodeclasses::RuntimeClass::descriptor(),
         .check = checks<nodeclasses::RuntimeClass, checkRuntimeClass>,
         .checkChange = compares<nodeclasses::RuntimeClass, checkRuntimeClassChange>}};
    return all;
}

} // namespace wheelhouse::api::semantics
