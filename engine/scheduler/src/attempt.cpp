#include "attempt.h"

#include "fit_error.h"

#include <algorithm>

namespace wheelhouse::scheduler {

namespace {

constexpr std::size_t mostRejections = 4096;
constexpr std::size_t mostSheets = 24;

} // namespace

Attempt::Attempt(ClusterCache& cache, Random& random, const Clock* clock, std::vector<Profile> profiles)
    : cache_(cache), random_(random), clock_(clock), preemption_(cache, rejections_, random) {
    for (Profile& profile : profiles) {
        auto& plugins = profiles_[profile.schedulerName];
        plugins = std::make_unique<PluginSet>(std::move(profile));
        if (first_ == nullptr) first_ = plugins.get();
    }
}

const PluginSet& Attempt::pluginsFor(const PodInfo& pod) const {
    const auto known = profiles_.find(pod.shape->schedulerName);
    return known == profiles_.end() ? *first_ : *known->second;
}

Sheet& Attempt::sheetFor(const PodInfo& pod) {
    if (rejections_.size() > mostRejections) {
        rejections_.reset();
        sheets_.clear();
        preemption_.forget();
    }
    const auto [place, isNew] = sheets_.try_emplace(pod.shape->number);
    if (isNew) {
        place->second.sheet =
            std::make_unique<Sheet>(pod.shape, cache_, pluginsFor(pod), rejections_, clock_);
    }
    place->second.used = ++turn_;
    if (sheets_.size() > mostSheets) {
        sheets_.erase(std::min_element(sheets_.begin(), sheets_.end(), [](const auto& a, const auto& b) {
            return a.second.used < b.second.used;
        }));
    }
    return *place->second.sheet;
}

Outcome Attempt::refusal(Sheet& sheet) const {
    Outcome out;
    const std::size_t nodes = cache_.live().size();
    if (nodes == 0) {
        out.message = "no nodes available to schedule pods";
        out.helpedBy = events::nodeAdded;
        return out;
    }
    if (!sheet.refusal().empty()) {
        out.message = noneAvailable(nodes, {}) + " " + sheet.refusal() + ".";
        out.refusedBy.push_back(sheet.refuser());
    } else {
        std::map<std::uint32_t, std::size_t> byRejection;
        for (const Slot slot : cache_.live())
            ++byRejection[sheet.verdicts()[slot]];
        std::map<std::string, std::size_t> reasons;
        for (const auto& [rejection, count] : byRejection) {
            for (const std::string& reason : rejections_[rejection].reasons)
                reasons[reason] += count;
        }
        out.message = noneAvailable(nodes, reasons);
        for (const auto& filter : sheet.plugins().filters) {
            const bool refused = std::any_of(byRejection.begin(), byRejection.end(), [&](const auto& entry) {
                return rejections_[entry.first].plugin == filter->name();
            });
            if (refused) out.refusedBy.push_back(filter.get());
        }
    }
    for (const Filter* filter : out.refusedBy)
        out.helpedBy |= filter->helpedBy();
    return out;
}

void Attempt::preempt(const PodInfo& pod, Sheet& sheet, Outcome& outcome, SchedulingDecision& decision) {
    const Instant begin = clock_ != nullptr ? clock_->now() : Instant{};
    outcome.clearance = preemption_.clear(pod, sheet);
    if (clock_ != nullptr)
        decision.times.push_back({"DefaultPreemption", "PostFilter", clock_->now() - begin});
    for (const auto& each : outcome.clearance.considered) {
        SchedulingDecision::Candidate candidate;
        candidate.name = each->slot;
        candidate.budgetsBroken = each->budgetsBroken;
        for (const PodInfoPtr& victim : each->pods)
            candidate.victims.push_back(victim->object->key());
        decision.candidates.push_back(std::move(candidate));
    }
    if (outcome.clearance.chosen) {
        decision.nominated = cache_.node(outcome.clearance.chosen->slot).name;
    } else {
        decision.preemption = outcome.clearance.message;
        outcome.message += " preemption: " + outcome.clearance.message;
    }
}

Outcome Attempt::run(const PodInfo& pod, DecisionRecord& record) {
    cache_.trim();
    Sheet& sheet = sheetFor(pod);
    SchedulingDecision& decision = record.head;
    sheet.filter(pod.uid);
    Outcome out;
    const auto nominated = cache_.nominated(pod.uid);
    // The node cleared for the pod is taken as soon as it will do.
    const bool cleared = nominated && sheet.refusal().empty() && sheet.verdicts()[*nominated] == 0;
    std::optional<Slot> best;
    if (sheet.anyFeasible()) {
        sheet.score();
        best = cleared ? nominated : sheet.best(random_);
    }
    decision.times = sheet.takeTimes();
    if (best) {
        out.node = best;
        decision.chosen = cache_.node(*best).name;
    } else {
        out = refusal(sheet);
        if (sheet.plugins().profile.preempts && !cache_.live().empty()) preempt(pod, sheet, out, decision);
    }
    decision.nodeNames = cache_.names();
    for (const PluginSet::Weighted& each : sheet.plugins().scorers)
        decision.scorers.push_back({std::string(each.scorer->name()), each.weight});
    decision.rejections = rejections_.shared();
    if (sheet.refusal().empty()) record.columns = sheet.columns(best.has_value());
    return out;
}

Outcome Attempt::run(const PodInfo& pod, SchedulingDecision& decision) {
    DecisionRecord record;
    const Outcome out = run(pod, record);
    record.head.pod = decision.pod;
    record.head.attempt = decision.attempt;
    record.head.at = decision.at;
    decision = record.expand();
    return out;
}

} // namespace wheelhouse::scheduler
