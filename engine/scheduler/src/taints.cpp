#include "taints.h"

#include <algorithm>

namespace wheelhouse::scheduler {

bool tolerates(const api::core::Toleration& toleration, const api::core::Taint& taint) {
    if (!toleration.effect().empty() && toleration.effect() != taint.effect()) return false;
    if (!toleration.key().empty() && toleration.key() != taint.key()) return false;
    const std::string& op = toleration.operator_();
    if (op == "Exists") return true;
    return (op.empty() || op == "Equal") && !toleration.key().empty() && toleration.value() == taint.value();
}

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

} // namespace wheelhouse::scheduler
