#include "taints.h"

#include <algorithm>

namespace wheelhouse::scheduler {

bool tolerated(const api::core::Taint& taint, const std::vector<api::core::Toleration>& tolerations) {
    return std::any_of(tolerations.begin(), tolerations.end(),
                       [&](const auto& toleration) { return tolerates(toleration, taint); });
}

const api::core::Taint* firstUntolerated(const Taints& taints,
                                         const std::vector<api::core::Toleration>& tolerations) {
    for (const auto& taint : taints) {
        if (taint.effect() == "PreferNoSchedule") continue;
        if (!tolerated(taint, tolerations)) return &taint;
    }
    return nullptr;
}

std::uint32_t TaintSets::id(const Taints& taints) {
    std::string key;
    for (const auto& taint : taints)
        key += taint.key() + "=" + taint.value() + ":" + taint.effect() + "\n";
    const auto [place, isNew] = ids_.try_emplace(key, static_cast<std::uint32_t>(sets_.size()));
    if (isNew) sets_.push_back(taints);
    return place->second;
}

bool sameTolerations(const std::vector<api::core::Toleration>& a,
                     const std::vector<api::core::Toleration>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
        return one.SerializeAsString() == other.SerializeAsString();
    });
}

} // namespace wheelhouse::scheduler
