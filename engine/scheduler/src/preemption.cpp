#include "preemption.h"

#include "fit_error.h"

#include <algorithm>
#include <limits>

namespace wheelhouse::scheduler {

namespace {

const char* const pluginName = "DefaultPreemption";
constexpr std::size_t mostMemos = 8;
constexpr std::size_t mostConsidered = 20;

Loss lossOf(const Victims& victims) {
    const std::int32_t highest = victims.pods.front()->priority();
    std::int64_t sum = 0;
    std::int64_t earliest = std::numeric_limits<std::int64_t>::max();
    for (const PodInfoPtr& pod : victims.pods) {
        // Every victim counts, also one of a priority below zero.
        sum += std::int64_t{pod->priority()} + (std::int64_t{1} << 31);
        if (pod->priority() == highest) earliest = std::min(earliest, pod->startedAt);
    }
    return {victims.budgetsBroken, highest, sum, victims.pods.size(), -earliest};
}

bool loses(const std::shared_ptr<const Victims>& a, const std::shared_ptr<const Victims>& b) {
    return a->loss < b->loss;
}

} // namespace

void DisruptionBudgets::put(const api::ObjectPtr& object) {
    const auto message = object->as<api::policy::PodDisruptionBudget>();
    auto selector = api::LabelSelector::from(message.spec().selector());
    if (!selector || selector->empty()) {
        remove(object);
        return;
    }
    Budget budget{object->nameSpace(), std::move(*selector), message.status().disruptionsallowed(), {}};
    for (const auto& [pod, since] : message.status().disruptedpods())
        budget.going.push_back(pod);
    std::sort(budget.going.begin(), budget.going.end());
    budgets_[object->key()] = std::move(budget);
    ++version_;
}

void DisruptionBudgets::remove(const api::ObjectPtr& object) {
    if (budgets_.erase(object->key()) > 0) ++version_;
}

std::vector<bool> DisruptionBudgets::broken(const std::vector<PodInfoPtr>& pods) const {
    std::vector<bool> out(pods.size(), false);
    for (const auto& [key, budget] : budgets_) {
        std::int32_t left = budget.allowed;
        for (std::size_t i = 0; i < pods.size(); ++i) {
            const PodInfo& pod = *pods[i];
            if (pod.nameSpace() != budget.nameSpace || pod.shape->labels.empty() ||
                !budget.selector.matches(pod.shape->labels))
                continue;
            if (std::binary_search(budget.going.begin(), budget.going.end(), pod.name())) continue;
            if (--left < 0) out[i] = true;
        }
    }
    return out;
}

bool Preemption::eligible(const PodInfo& pod, const Sheet& sheet, std::string& why) const {
    if (!pod.shape->preempts) {
        why = "not eligible due to preemptionPolicy=Never.";
        return false;
    }
    const auto nominated = cache_.nominated(pod.uid);
    if (!nominated) return true;
    const std::uint32_t verdict = sheet.refusal().empty() ? sheet.verdicts()[*nominated] : Sheet::absent;
    if (verdict == Sheet::absent || rejections_[verdict].final) return true;
    const auto& there = cache_.node(*nominated).pods;
    const bool leaving = std::any_of(there.begin(), there.end(), [&](const PodInfoPtr& each) {
        return each->preempted && each->priority() < pod.priority();
    });
    if (leaving) why = "not eligible due to a terminating pod on the nominated node.";
    return !leaving;
}

std::vector<Slot> Preemption::potential(const Sheet& sheet) const {
    std::vector<Slot> out;
    if (!sheet.refusal().empty()) return out;
    const auto& verdicts = sheet.verdicts();
    for (const Slot slot : cache_.live()) {
        if (verdicts[slot] != 0 && !rejections_[verdicts[slot]].final) out.push_back(slot);
    }
    return out;
}

Preemption::Trial Preemption::dryRun(const PodInfo& pod, Sheet& sheet, Slot slot) {
    std::vector<PodInfoPtr> lower;
    for (const PodInfoPtr& each : cache_.node(slot).pods) {
        if (each->priority() < pod.priority()) lower.push_back(each);
    }
    const auto nobody = [this] {
        return Trial{nullptr,
                     rejections_.id(pluginName, {"No preemption victims found for incoming pod"}, true)};
    };
    if (lower.empty()) return nobody();
    for (const PodInfoPtr& each : lower)
        sheet.pretend(*each, slot, -1);
    const std::uint32_t verdict = sheet.verdictNow(slot, pod.uid);
    if (verdict != 0) {
        for (const PodInfoPtr& each : lower)
            sheet.pretend(*each, slot, 1);
        return {nullptr, verdict};
    }
    std::stable_sort(lower.begin(), lower.end(),
                     [](const PodInfoPtr& a, const PodInfoPtr& b) { return moreImportant(*a, *b); });
    const std::vector<bool> broken = budgets.broken(lower);
    auto victims = std::make_shared<Victims>();
    victims->slot = slot;
    // Those a budget protects are spared first, then the rest, the most important first.
    for (const bool protectedOnes : {true, false}) {
        for (std::size_t i = 0; i < lower.size(); ++i) {
            if (broken[i] != protectedOnes) continue;
            sheet.pretend(*lower[i], slot, 1);
            if (sheet.verdictNow(slot, pod.uid) == 0) continue;
            sheet.pretend(*lower[i], slot, -1);
            victims->pods.push_back(lower[i]);
            victims->budgetsBroken += protectedOnes ? 1 : 0;
        }
    }
    for (const PodInfoPtr& each : victims->pods)
        sheet.pretend(*each, slot, 1);
    if (victims->pods.empty()) return nobody();
    std::stable_sort(victims->pods.begin(), victims->pods.end(),
                     [](const PodInfoPtr& a, const PodInfoPtr& b) { return moreImportant(*a, *b); });
    victims->loss = lossOf(*victims);
    return {victims, 0};
}

/// What was found of the nodes before, without those that changed since; null when nothing may be kept.
Preemption::Memo* Preemption::memoFor(const Sheet& sheet) {
    if (!sheet.local() || sheet.shape().hasVolumes()) return nullptr;
    if (memos_.size() >= mostMemos && !memos_.contains(sheet.shape().number)) {
        memos_.erase(std::min_element(memos_.begin(), memos_.end(), [](const auto& a, const auto& b) {
            return a.second.used < b.second.used;
        }));
    }
    Memo& memo = memos_[sheet.shape().number];
    memo.used = ++turn_;
    std::vector<Slot> changed;
    const bool keeps = memo.epoch == cache_.epoch() && memo.budgets == budgets.version() &&
                       cache_.changedSince(memo.mark, changed);
    if (keeps) {
        for (const Slot slot : changed)
            memo.known[slot] = 0;
    } else {
        memo.trials.assign(cache_.nodes().size(), {});
        memo.known.assign(cache_.nodes().size(), 0);
    }
    memo.epoch = cache_.epoch();
    memo.budgets = budgets.version();
    memo.mark = cache_.mark();
    return &memo;
}

Preemption::Trial Preemption::tryNode(const PodInfo& pod, Sheet& sheet, Slot slot, Memo* memo) {
    // What nominees take differs for the pod that is one of them.
    if (memo == nullptr || cache_.nominees().contains(slot)) return dryRun(pod, sheet, slot);
    if (!memo->known[slot]) {
        memo->trials[slot] = dryRun(pod, sheet, slot);
        memo->known[slot] = 1;
    }
    return memo->trials[slot];
}

Clearance Preemption::clear(const PodInfo& pod, Sheet& sheet) {
    Clearance out;
    if (!eligible(pod, sheet, out.message)) {
        out.keepNomination = true;
        return out;
    }
    const std::vector<Slot> slots = potential(sheet);
    Memo* memo = memoFor(sheet);
    const PluginArguments& arguments = sheet.plugins().profile.arguments;
    std::size_t wanted = slots.size();
    if (memo == nullptr) {
        const auto share =
            slots.size() * static_cast<std::size_t>(arguments.minCandidateNodesPercentage) / 100;
        wanted = std::min(slots.size(),
                          std::max(share, static_cast<std::size_t>(arguments.minCandidateNodesAbsolute)));
    }
    const std::size_t offset = slots.empty() ? 0 : random_.below(slots.size());
    std::map<std::string, std::size_t> reasons;
    std::size_t unhelpful = cache_.live().size();
    bool anyFree = false;
    for (std::size_t i = 0; i < slots.size() && (out.considered.size() < wanted || !anyFree); ++i) {
        const Trial trial = tryNode(pod, sheet, slots[(offset + i) % slots.size()], memo);
        --unhelpful;
        if (trial.victims) {
            out.considered.push_back(trial.victims);
            anyFree = anyFree || trial.victims->budgetsBroken == 0;
            continue;
        }
        for (const std::string& reason : rejections_[trial.verdict].reasons)
            ++reasons[reason];
    }
    if (out.considered.empty()) {
        reasons["Preemption is not helpful for scheduling"] += unhelpful;
        out.message = noneAvailable(cache_.live().size(), reasons);
        return out;
    }
    // The first of the best, counted from where the lot fell.
    const auto best = std::min_element(out.considered.begin(), out.considered.end(), loses);
    std::rotate(out.considered.begin(), best, best + 1);
    const std::size_t kept = std::min(mostConsidered, out.considered.size());
    std::partial_sort(out.considered.begin() + 1, out.considered.begin() + static_cast<std::ptrdiff_t>(kept),
                      out.considered.end(), loses);
    out.considered.resize(kept);
    out.chosen = out.considered.front();
    return out;
}

} // namespace wheelhouse::scheduler
