#include "hpa/scaling_history.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wheelhouse::autoscaling {

namespace {

constexpr const char* lowered =
    "recent recommendations were lower than current one, applying the lowest recent recommendation";
constexpr const char* raised =
    "recent recommendations were higher than current one, applying the highest recent recommendation";

std::int32_t clampToInt(double value) {
    constexpr double most = std::numeric_limits<std::int32_t>::max();
    return static_cast<std::int32_t>(std::clamp(value, 0.0, most));
}

} // namespace

void ScalingHistory::forget(Instant before) {
    for (auto* moments : {&recommendations_, &changes_})
        while (!moments->empty() && moments->front().at < before)
            moments->pop_front();
}

Ruling ScalingHistory::stabilize(std::int32_t desired, Duration window, Instant now) const {
    std::int32_t highest = desired;
    for (const Moment& moment : recommendations_)
        if (moment.at >= now - window) highest = std::max(highest, moment.number);
    if (highest != desired) return {highest, "ScaleDownStabilized", raised};
    return {desired, "ReadyForNewScale", "recommended size matches current size"};
}

Ruling ScalingHistory::stabilize(std::int32_t current, std::int32_t desired, Duration upWindow,
                                 Duration downWindow, Instant now) const {
    std::int32_t lowest = desired;
    std::int32_t highest = desired;
    for (const Moment& moment : recommendations_) {
        if (moment.at > now - upWindow) lowest = std::min(lowest, moment.number);
        if (moment.at > now - downWindow) highest = std::max(highest, moment.number);
    }
    const std::int32_t stable = std::min(std::max(current, lowest), highest);
    if (stable == desired) return {desired, "ReadyForNewScale", "recommended size matches current size"};
    if (desired >= current) return {stable, "ScaleUpStabilized", lowered};
    return {stable, "ScaleDownStabilized", raised};
}

std::int32_t ScalingHistory::startOf(std::int32_t current, std::int32_t seconds, Instant now) const {
    const Instant since = now - std::chrono::seconds(seconds);
    for (const Moment& change : changes_)
        if (change.at > since) current -= change.number;
    return current;
}

std::int32_t ScalingHistory::upLimit(std::int32_t current, const Rules& up, Instant now) const {
    if (up.selectpolicy() == "Disabled") return current;
    const bool least = up.selectpolicy() == "Min";
    std::int32_t limit = least ? std::numeric_limits<std::int32_t>::max() : 0;
    for (const auto& policy : up.policies()) {
        const std::int32_t start = startOf(current, policy.periodseconds(), now);
        // Rounded up: a percentage of little would never let it grow.
        const double allowed = policy.type() == "Pods"
                                   ? static_cast<double>(start) + policy.value()
                                   : std::ceil(start * (1 + static_cast<double>(policy.value()) / 100));
        limit = least ? std::min(limit, clampToInt(allowed)) : std::max(limit, clampToInt(allowed));
    }
    return std::max(limit, current);
}

std::int32_t ScalingHistory::downLimit(std::int32_t current, const Rules& down, Instant now) const {
    if (down.selectpolicy() == "Disabled") return current;
    const bool least = down.selectpolicy() == "Min";
    std::int32_t limit = least ? 0 : std::numeric_limits<std::int32_t>::max();
    for (const auto& policy : down.policies()) {
        const std::int32_t start = startOf(current, policy.periodseconds(), now);
        const double allowed = policy.type() == "Pods"
                                   ? static_cast<double>(start) - policy.value()
                                   : std::trunc(start * (1 - static_cast<double>(policy.value()) / 100));
        limit = least ? std::max(limit, clampToInt(allowed)) : std::min(limit, clampToInt(allowed));
    }
    return std::min(limit, current);
}

Ruling withinBounds(std::int32_t current, std::int32_t desired, std::int32_t low, std::int32_t high,
                    std::int32_t downLimit, std::int32_t upLimit) {
    if (desired > std::min(high, upLimit)) {
        if (high > upLimit && desired > current)
            return {upLimit, "ScaleUpLimit",
                    "the desired replica count is increasing faster than the maximum scale rate"};
        return {high, "TooManyReplicas", "the desired replica count is more than the maximum replica count"};
    }
    if (desired < std::max(low, downLimit)) {
        if (low < downLimit && desired < current)
            return {downLimit, "ScaleDownLimit",
                    "the desired replica count is decreasing faster than the maximum scale rate"};
        return {low, "TooFewReplicas", "the desired replica count is less than the minimum replica count"};
    }
    return {desired, "DesiredWithinRange", "the desired count is within the acceptable range"};
}

} // namespace wheelhouse::autoscaling
