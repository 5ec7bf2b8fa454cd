#include "decision_log.h"

#include <utility>

namespace wheelhouse::scheduler {

namespace {

/// What a decision costs beside its nodes, in verdicts, so that a small cluster's log is bounded too.
constexpr std::size_t overhead = 32;

std::size_t cost(const DecisionRecord& record) {
    return record.nodes() + overhead;
}

} // namespace

SchedulingDecision DecisionRecord::expand() const {
    SchedulingDecision out = head;
    if (!columns.live) return out;
    const std::vector<Slot>& live = *columns.live;
    const std::size_t scorers = out.scorers.size();
    out.nodes.resize(live.size());
    out.scores.assign(live.size() * scorers, 0);
    out.rawScores.assign(live.size() * scorers, 0);
    for (std::size_t i = 0; i < live.size(); ++i) {
        const Slot slot = live[i];
        SchedulingDecision::Node& node = out.nodes[i];
        node.name = slot;
        node.rejection = (*columns.verdicts)[slot];
        if (node.rejection != 0 || out.chosen.empty()) continue;
        for (std::size_t s = 0; s < scorers; ++s) {
            const Sheet::Columns::Scores& column = columns.scorers[s];
            const std::uint8_t score = column.scores ? (*column.scores)[slot] : column.constant;
            out.scores[i * scorers + s] = score;
            out.rawScores[i * scorers + s] = column.raw ? (*column.raw)[slot] : score;
            node.total += score * out.scorers[s].weight;
        }
    }
    return out;
}

void DecisionLog::dropOldest(std::unordered_map<Uid, Kept>::iterator of) {
    Kept& kept = of->second;
    verdicts_ -= cost(kept.records.front());
    byAge_.erase(kept.numbers.front());
    kept.records.pop_front();
    kept.numbers.pop_front();
    if (kept.records.empty()) kept_.erase(of);
}

void DecisionLog::add(DecisionRecord record) {
    const Uid pod = record.head.pod;
    verdicts_ += cost(record);
    const auto place = kept_.try_emplace(pod).first;
    place->second.records.push_back(std::move(record));
    place->second.numbers.push_back(next_);
    byAge_[next_++] = pod;
    if (place->second.records.size() > perPod_) dropOldest(place);
    while (verdicts_ > mostVerdicts_ && byAge_.size() > 1)
        dropOldest(kept_.find(byAge_.begin()->second));
}

void DecisionLog::forget(const Uid& pod) {
    for (auto place = kept_.find(pod); place != kept_.end(); place = kept_.find(pod))
        dropOldest(place);
}

const std::deque<SchedulingDecision>* DecisionLog::of(const Uid& pod) const {
    const auto place = kept_.find(pod);
    if (place == kept_.end()) return nullptr;
    expanded_.clear();
    for (const DecisionRecord& record : place->second.records)
        expanded_.push_back(record.expand());
    return &expanded_;
}

} // namespace wheelhouse::scheduler
