#include "plugin.h"

#include "plugins.h"

#include <algorithm>

namespace wheelhouse::scheduler {

std::uint32_t Rejections::id(std::string_view plugin, std::vector<std::string> reasons) {
    std::string key(plugin);
    for (const std::string& reason : reasons)
        key += "\n" + reason;
    const auto [place, isNew] = ids_.try_emplace(key, static_cast<std::uint32_t>(all_->size()));
    if (isNew) {
        // Decisions point at the table as it was when they were made.
        if (all_.use_count() > 1) all_ = std::make_shared<std::vector<SchedulingDecision::Rejection>>(*all_);
        all_->push_back({std::string(plugin), std::move(reasons)});
    }
    return place->second;
}

void Rejections::reset() {
    all_ = std::make_shared<std::vector<SchedulingDecision::Rejection>>(1);
    ids_.clear();
}

void normalise(std::span<std::int64_t> scores, bool reversed) {
    const std::int64_t top = scores.empty() ? 0 : *std::max_element(scores.begin(), scores.end());
    for (std::int64_t& score : scores) {
        if (top == 0) {
            score = reversed ? bestScore : 0;
        } else {
            score = score * bestScore / top;
            if (reversed) score = bestScore - score;
        }
    }
}

std::vector<std::unique_ptr<Filter>> defaultFilters() {
    std::vector<std::unique_ptr<Filter>> out;
    out.push_back(std::make_unique<NodeUnschedulable>());
    out.push_back(std::make_unique<TaintToleration>());
    out.push_back(std::make_unique<NodeAffinity>());
    out.push_back(std::make_unique<NodePorts>());
    out.push_back(std::make_unique<NodeResourcesFit>());
    out.push_back(std::make_unique<PodTopologySpread>());
    return out;
}

std::vector<std::unique_ptr<Scorer>> defaultScorers() {
    std::vector<std::unique_ptr<Scorer>> out;
    out.push_back(std::make_unique<TaintScore>());
    out.push_back(std::make_unique<AffinityScore>());
    out.push_back(std::make_unique<SpreadScore>());
    out.push_back(std::make_unique<LeastAllocated>());
    out.push_back(std::make_unique<BalancedAllocation>());
    return out;
}

} // namespace wheelhouse::scheduler
