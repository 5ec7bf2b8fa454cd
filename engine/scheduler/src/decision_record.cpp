#include "engine/scheduler/decision_record.h"

#include "engine/api/time.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace wheelhouse::scheduler {

namespace {

constexpr std::size_t tellingNodes = 10;

double micros(Duration time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

void addRefused(const SchedulingDecision& decision, std::size_t most, api::lab::SchedulingAttempt& out) {
    std::map<std::uint32_t, std::vector<std::uint32_t>> byRejection;
    for (const auto& node : decision.nodes)
        if (node.rejection != 0) byRejection[node.rejection].push_back(node.name);
    std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>> groups(byRejection.begin(),
                                                                             byRejection.end());
    std::stable_sort(groups.begin(), groups.end(),
                     [](const auto& a, const auto& b) { return a.second.size() > b.second.size(); });
    for (const auto& [rejection, names] : groups) {
        const auto& why = (*decision.rejections)[rejection];
        auto& group = *out.add_refused();
        group.set_plugin(why.plugin);
        for (const std::string& reason : why.reasons)
            group.add_reasons(reason);
        group.set_count(static_cast<std::int32_t>(names.size()));
        for (std::size_t i = 0; i < std::min(most, names.size()); ++i)
            group.add_nodes((*decision.nodeNames)[names[i]]);
    }
}

void addScored(const SchedulingDecision& decision, std::size_t most, api::lab::SchedulingAttempt& out) {
    std::vector<std::size_t> feasible;
    for (std::size_t i = 0; i < decision.nodes.size(); ++i)
        if (decision.nodes[i].rejection == 0) feasible.push_back(i);
    out.set_feasible(static_cast<std::int32_t>(feasible.size()));
    const std::size_t shown = std::min(most, feasible.size());
    // The chosen one leads among equals.
    const auto better = [&](std::size_t a, std::size_t b) {
        const auto& left = decision.nodes[a];
        const auto& right = decision.nodes[b];
        if (left.total != right.total) return left.total > right.total;
        const bool isChosen = decision.nameOf(left) == decision.chosen;
        return isChosen != (decision.nameOf(right) == decision.chosen) ? isChosen : a < b;
    };
    std::partial_sort(feasible.begin(), feasible.begin() + static_cast<std::ptrdiff_t>(shown), feasible.end(),
                      better);
    const std::size_t scorers = decision.scorers.size();
    for (std::size_t i = 0; i < shown; ++i) {
        const std::size_t at = feasible[i];
        auto& node = *out.add_scored();
        node.set_node(decision.nameOf(decision.nodes[at]));
        node.set_total(decision.nodes[at].total);
        if (decision.scores.size() < (at + 1) * scorers) continue;
        for (std::size_t s = 0; s < scorers; ++s) {
            const std::int64_t normalised = decision.scoresOf(at)[s];
            auto& score = *node.add_scores();
            score.set_plugin(decision.scorers[s].plugin);
            if (decision.rawScores.size() == decision.scores.size())
                score.set_raw(decision.rawScores[at * scorers + s]);
            score.set_normalised(normalised);
            score.set_weight(decision.scorers[s].weight);
            score.set_weighted(normalised * decision.scorers[s].weight);
        }
    }
}

} // namespace

api::lab::SchedulingAttempt recordOf(const SchedulingDecision& decision, Detail detail) {
    const std::size_t most = detail == Detail::Matrix ? decision.nodes.size() : tellingNodes;
    api::lab::SchedulingAttempt out;
    out.set_number(decision.attempt);
    *out.mutable_time() = api::toMicroTime(decision.at);
    out.set_result(decision.chosen.empty() ? "Unschedulable" : "Scheduled");
    if (!decision.chosen.empty()) out.set_node(decision.chosen);
    out.set_message(decision.message);
    out.set_nodes(static_cast<std::int32_t>(decision.nodes.size()));
    addRefused(decision, most, out);
    addScored(decision, most, out);
    Duration all{};
    for (const auto& spent : decision.times) {
        auto& run = *out.add_plugins();
        run.set_plugin(std::string(spent.plugin));
        run.set_stage(std::string(spent.point));
        run.set_microseconds(micros(spent.time));
        all += spent.time;
    }
    if (!decision.times.empty()) out.set_microseconds(static_cast<std::int64_t>(micros(all)));
    if (!decision.nominated.empty()) out.set_nominatednode(decision.nominated);
    if (!decision.preemption.empty()) out.set_preemption(decision.preemption);
    for (const auto& candidate : decision.candidates) {
        auto& record = *out.add_candidates();
        record.set_node((*decision.nodeNames)[candidate.name]);
        record.set_budgetsbroken(static_cast<std::int32_t>(candidate.budgetsBroken));
        for (const std::string& victim : candidate.victims)
            record.add_victims(victim);
    }
    return out;
}

} // namespace wheelhouse::scheduler
