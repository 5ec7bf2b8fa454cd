#include "engine/api/disruption.h"

#include "engine/api/selector.h"
#include "engine/api/time.h"

namespace wheelhouse::api {

bool budgetCovers(const policy::PodDisruptionBudget& budget,
                  const std::map<std::string, std::string>& labels) {
    if (!budget.spec().has_selector()) return false;
    const auto selector = LabelSelector::from(budget.spec().selector());
    return selector && selector->matches(labels);
}

void setBudgetCondition(policy::PodDisruptionBudgetStatus& status, bool allowed, const std::string& reason,
                        const std::string& message, WallTime now) {
    meta::Condition* condition = nullptr;
    for (auto& each : *status.mutable_conditions())
        if (each.type() == disruptionAllowed) condition = &each;
    if (!condition) condition = status.add_conditions();
    const char* value = allowed ? "True" : "False";
    if (condition->status() != value) *condition->mutable_lasttransitiontime() = toTime(now);
    condition->set_type(disruptionAllowed);
    condition->set_status(value);
    condition->set_observedgeneration(status.observedgeneration());
    condition->set_reason(reason);
    condition->set_message(message);
}

void setBudgetCondition(policy::PodDisruptionBudgetStatus& status, WallTime now) {
    const bool allowed = status.disruptionsallowed() > 0;
    setBudgetCondition(status, allowed, allowed ? "SufficientPods" : "InsufficientPods", std::string(), now);
}

} // namespace wheelhouse::api
