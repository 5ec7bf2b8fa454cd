#include "decision_log.h"

#include <algorithm>
#include <utility>

namespace wheelhouse::scheduler {

namespace {

/// What a decision costs beside its nodes, in verdicts, so that a small cluster's log is bounded too.
constexpr std::size_t overhead = 32;

std::size_t costOf(std::size_t nodes) {
    return nodes + overhead;
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

bool DecisionLog::Common::operator==(const Common& other) const {
    const auto same = [](const SchedulingDecision::Scorer& a, const SchedulingDecision::Scorer& b) {
        return a.plugin == b.plugin && a.weight == b.weight;
    };
    return nodeNames == other.nodeNames && rejections == other.rejections && constants == other.constants &&
           timed == other.timed &&
           std::equal(scorers.begin(), scorers.end(), other.scorers.begin(), other.scorers.end(), same);
}

DecisionLog::CommonPtr DecisionLog::share(Common common) {
    for (const CommonPtr& known : commons_)
        if (known && *known == common) return known;
    CommonPtr& place = commons_[nextCommon_++ % commons_.size()];
    place = std::make_shared<const Common>(std::move(common));
    return place;
}

DecisionLog::Entry DecisionLog::pack(DecisionRecord record) {
    SchedulingDecision& head = record.head;
    Entry out;
    out.number = next_++;
    out.at = head.at;
    out.attempt = head.attempt;
    out.chosen = std::move(head.chosen);
    out.message = std::move(head.message);
    if (!head.nominated.empty() || !head.preemption.empty() || !head.candidates.empty())
        out.preempting = std::make_unique<Preempting>(
            Preempting{std::move(head.nominated), std::move(head.preemption), std::move(head.candidates)});
    out.live = std::move(record.columns.live);
    out.verdicts = std::move(record.columns.verdicts);
    Common common{std::move(head.nodeNames), std::move(head.rejections), std::move(head.scorers), {}, {}};
    out.times.reserve(head.times.size());
    for (const SchedulingDecision::Spent& spent : head.times) {
        out.times.push_back(spent.time);
        common.timed.emplace_back(spent.plugin, spent.point);
    }
    for (std::size_t i = 0; i < record.columns.scorers.size(); ++i) {
        Sheet::Columns::Scores& column = record.columns.scorers[i];
        common.constants.push_back(column.constant);
        if (column.scores) out.scored.push_back({i, std::move(column.scores), std::move(column.raw)});
    }
    out.scored.shrink_to_fit();
    out.common = share(std::move(common));
    return out;
}

DecisionRecord DecisionLog::Entry::record(const Uid& pod) const {
    DecisionRecord out;
    out.head.pod = pod;
    out.head.attempt = attempt;
    out.head.at = at;
    out.head.chosen = chosen;
    out.head.message = message;
    out.head.nodeNames = common->nodeNames;
    out.head.rejections = common->rejections;
    out.head.scorers = common->scorers;
    if (preempting) {
        out.head.nominated = preempting->nominated;
        out.head.preemption = preempting->why;
        out.head.candidates = preempting->candidates;
    }
    for (std::size_t i = 0; i < times.size(); ++i)
        out.head.times.push_back({common->timed[i].first, common->timed[i].second, times[i]});
    out.columns.live = live;
    out.columns.verdicts = verdicts;
    for (const std::uint8_t constant : common->constants)
        out.columns.scorers.push_back({nullptr, nullptr, constant});
    for (const Scored& column : scored) {
        out.columns.scorers[column.scorer].scores = column.scores;
        out.columns.scorers[column.scorer].raw = column.raw;
    }
    return out;
}

void DecisionLog::dropOldest(Kept::value_type& of) {
    std::vector<Entry>& entries = of.second;
    verdicts_ -= costOf(entries.front().live ? entries.front().live->size() : 0);
    byAge_.erase(entries.front().number);
    entries.erase(entries.begin());
    if (entries.empty()) kept_.erase(Uid(of.first));
}

void DecisionLog::add(DecisionRecord record) {
    Kept::value_type& kept = *kept_.try_emplace(record.head.pod).first;
    verdicts_ += costOf(record.nodes());
    kept.second.push_back(pack(std::move(record)));
    byAge_[kept.second.back().number] = &kept;
    if (kept.second.size() > perPod_) dropOldest(kept);
    while (verdicts_ > mostVerdicts_ && byAge_.size() > 1)
        dropOldest(*byAge_.begin()->second);
}

void DecisionLog::forget(const Uid& pod) {
    for (auto place = kept_.find(pod); place != kept_.end(); place = kept_.find(pod))
        dropOldest(*place);
}

const std::deque<SchedulingDecision>* DecisionLog::of(const Uid& pod) const {
    const auto place = kept_.find(pod);
    if (place == kept_.end()) return nullptr;
    expanded_.clear();
    for (const Entry& entry : place->second)
        expanded_.push_back(entry.record(pod).expand());
    return &expanded_;
}

} // namespace wheelhouse::scheduler
