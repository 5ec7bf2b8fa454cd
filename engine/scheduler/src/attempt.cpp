#include "attempt.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace wheelhouse::scheduler {

namespace {

constexpr std::size_t mostRejections = 4096;

} // namespace

Attempt::Attempt(ClusterCache& cache, Random& random)
    : cache_(cache), random_(random), filters_(defaultFilters()), scorers_(defaultScorers()) {}

void Attempt::filter(const PodInfo& pod) {
    verdicts_.assign(cache_.live().size(), 0);
    for (const auto& filter : filters_) {
        if (filter->begin(pod, cache_, rejections_)) filter->check(cache_, verdicts_);
    }
    feasible_.clear();
    feasibleIndex_.clear();
    for (std::size_t i = 0; i < verdicts_.size(); ++i) {
        if (verdicts_[i] != 0) continue;
        feasible_.push_back(cache_.live()[i]);
        feasibleIndex_.push_back(i);
    }
}

void Attempt::score(const PodInfo& pod) {
    const std::size_t n = feasible_.size();
    scores_.assign(n * scorers_.size(), 0);
    totals_.assign(n, 0);
    for (std::size_t s = 0; s < scorers_.size(); ++s) {
        const std::span<std::int64_t> own(scores_.data() + s * n, n);
        if (!scorers_[s]->begin(pod, cache_, feasible_)) continue;
        scorers_[s]->score(cache_, feasible_, own);
        for (std::size_t i = 0; i < n; ++i)
            totals_[i] += own[i] * scorers_[s]->weight();
    }
}

Slot Attempt::best() {
    std::size_t chosen = 0;
    std::uint64_t equals = 1;
    for (std::size_t i = 1; i < totals_.size(); ++i) {
        if (totals_[i] > totals_[chosen]) {
            chosen = i;
            equals = 1;
        } else if (totals_[i] == totals_[chosen] && random_.below(++equals) == 0) {
            chosen = i;
        }
    }
    return feasible_[chosen];
}

/// "0/5 nodes are available: 2 Insufficient cpu, 3 node(s) had untolerated taint {a: b}." and what could
/// help.
Outcome Attempt::refusal() const {
    Outcome out;
    if (verdicts_.empty()) {
        out.message = "no nodes available to schedule pods";
        out.helpedBy = events::nodeAdded;
        return out;
    }
    std::map<std::string, int> counts;
    std::map<std::uint32_t, int> byRejection;
    for (const std::uint32_t verdict : verdicts_)
        ++byRejection[verdict];
    for (const auto& [rejection, count] : byRejection) {
        for (const std::string& reason : rejections_[rejection].reasons)
            counts[reason] += count;
        for (const auto& filter : filters_) {
            if (filter->name() == rejections_[rejection].plugin) out.helpedBy |= filter->helpedBy();
        }
    }
    std::vector<std::string> texts;
    for (const auto& [reason, count] : counts)
        texts.push_back(fmt::format("{} {}", count, reason));
    std::sort(texts.begin(), texts.end());
    out.message = fmt::format("0/{} nodes are available: {}.", verdicts_.size(), fmt::join(texts, ", "));
    return out;
}

Outcome Attempt::run(const PodInfo& pod, SchedulingDecision& decision) {
    cache_.trim();
    if (rejections_.size() > mostRejections) rejections_.reset();
    filter(pod);
    Outcome out;
    if (feasible_.empty()) {
        out = refusal();
    } else {
        score(pod);
        out.node = best();
        decision.chosen = cache_.node(*out.node).name;
    }
    decision.nodeNames = cache_.names();
    decision.nodes.resize(verdicts_.size());
    decision.scorers.clear();
    for (const auto& scorer : scorers_)
        decision.scorers.push_back({std::string(scorer->name()), scorer->weight()});
    decision.scores.assign(verdicts_.size() * scorers_.size(), 0);
    for (std::size_t i = 0; i < verdicts_.size(); ++i)
        decision.nodes[i] = {cache_.live()[i], verdicts_[i], 0};
    const std::size_t n = feasible_.size();
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t at = feasibleIndex_[i];
        decision.nodes[at].total = static_cast<std::int32_t>(totals_[i]);
        for (std::size_t s = 0; s < scorers_.size(); ++s) {
            decision.scores[at * scorers_.size() + s] = static_cast<std::uint8_t>(scores_[s * n + i]);
        }
    }
    decision.rejections = rejections_.shared();
    return out;
}

} // namespace wheelhouse::scheduler
