#include "pods.h"

#include "engine/api/time.h"

namespace wheelhouse::controllers {

namespace core = api::core;

const core::PodCondition* findCondition(const core::PodStatus& status, std::string_view type) {
    for (const auto& condition : status.conditions())
        if (condition.type() == type) return &condition;
    return nullptr;
}

bool isReady(const core::Pod& pod) {
    const auto* condition = findCondition(pod.status(), "Ready");
    return condition && condition->status() == "True";
}

bool isTerminal(const core::Pod& pod) {
    return pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed";
}

bool isActive(const core::Pod& pod) {
    return !isTerminal(pod) && !pod.metadata().has_deletiontimestamp();
}

bool isAvailable(const core::Pod& pod, int minReadySeconds, WallTime now, Duration* remaining) {
    if (!isReady(pod)) return false;
    if (minReadySeconds <= 0) return true;
    const auto* condition = findCondition(pod.status(), "Ready");
    if (!condition->has_lasttransitiontime()) return false;
    const Duration left =
        api::fromTime(condition->lasttransitiontime()) + std::chrono::seconds(minReadySeconds) - now;
    if (left <= Duration::zero()) return true;
    if (remaining) *remaining = left;
    return false;
}

bool setCondition(core::PodStatus& status, const core::PodCondition& condition) {
    for (auto& present : *status.mutable_conditions()) {
        if (present.type() != condition.type()) continue;
        if (present.status() == condition.status() && present.reason() == condition.reason() &&
            present.message() == condition.message())
            return false;
        const auto since = present.lasttransitiontime();
        const bool sameStatus = present.status() == condition.status();
        present = condition;
        if (sameStatus) *present.mutable_lasttransitiontime() = since;
        return true;
    }
    *status.add_conditions() = condition;
    return true;
}

} // namespace wheelhouse::controllers
