#include "decision_log.h"

#include <utility>

namespace wheelhouse::scheduler {

namespace {

/// What a decision costs beside its nodes, in verdicts, so that a small cluster's log is bounded too.
constexpr std::size_t overhead = 32;

std::size_t cost(const SchedulingDecision& decision) {
    return decision.nodes.size() + overhead;
}

} // namespace

void DecisionLog::dropOldest(std::unordered_map<Uid, Kept>::iterator of) {
    Kept& kept = of->second;
    verdicts_ -= cost(kept.decisions.front());
    byAge_.erase(kept.numbers.front());
    kept.decisions.pop_front();
    kept.numbers.pop_front();
    if (kept.decisions.empty()) kept_.erase(of);
}

void DecisionLog::add(SchedulingDecision decision) {
    const Uid pod = decision.pod;
    verdicts_ += cost(decision);
    const auto place = kept_.try_emplace(pod).first;
    place->second.decisions.push_back(std::move(decision));
    place->second.numbers.push_back(next_);
    byAge_[next_++] = pod;
    if (place->second.decisions.size() > perPod_) dropOldest(place);
    while (verdicts_ > mostVerdicts_ && byAge_.size() > 1)
        dropOldest(kept_.find(byAge_.begin()->second));
}

void DecisionLog::forget(const Uid& pod) {
    for (auto place = kept_.find(pod); place != kept_.end(); place = kept_.find(pod))
        dropOldest(place);
}

const std::deque<SchedulingDecision>* DecisionLog::of(const Uid& pod) const {
    const auto place = kept_.find(pod);
    return place == kept_.end() ? nullptr : &place->second.decisions;
}

} // namespace wheelhouse::scheduler
