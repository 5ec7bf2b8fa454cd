#include "pods.h"

#include "engine/api/time.h"

#include <optional>

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

namespace {

bool readyLongEnough(std::optional<WallTime> since, int minReadySeconds, WallTime now, Duration* remaining) {
    if (minReadySeconds <= 0) return true;
    if (!since) return false;
    const Duration left = *since + std::chrono::seconds(minReadySeconds) - now;
    if (left <= Duration::zero()) return true;
    if (remaining) *remaining = left;
    return false;
}

} // namespace

bool isAvailable(const core::Pod& pod, int minReadySeconds, WallTime now, Duration* remaining) {
    const auto* condition = findCondition(pod.status(), "Ready");
    if (!condition || condition->status() != "True") return false;
    std::optional<WallTime> since;
    if (condition->has_lasttransitiontime()) since = api::fromTime(condition->lasttransitiontime());
    return readyLongEnough(since, minReadySeconds, now, remaining);
}

bool isAvailable(const api::PodFacts& pod, int minReadySeconds, WallTime now, Duration* remaining) {
    return pod.ready && readyLongEnough(pod.turned, minReadySeconds, now, remaining);
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
