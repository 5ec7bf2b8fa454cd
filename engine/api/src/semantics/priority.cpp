#include "engine/api/priority.h"

#include <fmt/format.h>

namespace wheelhouse::api {

std::string settlePriority(core::PodSpec& spec, const scheduling::PriorityClass* chosen) {
    if (chosen == nullptr && !spec.priorityclassname().empty())
        return fmt::format("no PriorityClass with name {} was found", spec.priorityclassname());
    const int priority = chosen != nullptr ? chosen->value() : 0;
    const bool says = chosen != nullptr && !chosen->preemptionpolicy().empty();
    const std::string preemption = says ? chosen->preemptionpolicy() : "PreemptLowerPriority";
    if (spec.has_priority() && spec.priority() != priority)
        return fmt::format("the integer value of priority ({}) must not be provided in pod spec; "
                           "priority admission controller computed {} from the given PriorityClass name",
                           spec.priority(), priority);
    if (spec.has_preemptionpolicy() && spec.preemptionpolicy() != preemption)
        return fmt::format("the string value of PreemptionPolicy ({}) must not be provided in pod spec; "
                           "priority admission controller computed {} from the given PriorityClass name",
                           spec.preemptionpolicy(), preemption);
    if (chosen != nullptr) spec.set_priorityclassname(chosen->metadata().name());
    spec.set_priority(priority);
    spec.set_preemptionpolicy(preemption);
    return {};
}

} // namespace wheelhouse::api
