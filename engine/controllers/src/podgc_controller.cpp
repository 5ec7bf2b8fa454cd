#include "podgc_controller.h"

#include "node_health.h"
#include "pods.h"

#include <algorithm>
#include <set>

namespace wheelhouse::controllers {

PodGcController::PodGcController(const Deps& deps)
    : QueuedController(deps, "podgc"), pods_(watch<core::Pod>()), nodes_(watch<core::Node>()) {
    indexByNode(pods_);
}

Step PodGcController::reconcile(std::string key) {
    enqueueAfter(key, options_.podGcPeriod);
    auto orphans = co_await sweepOrphans();
    auto ended = co_await sweepEnded();
    if (!orphans) log::warning(name_, "{}", orphans.error().message);
    if (!ended) log::warning(name_, "{}", ended.error().message);
    co_return Result<void>();
}

Step PodGcController::sweepOrphans() {
    std::set<std::string> missing;
    std::set<std::string> confirmed;
    Result<void> outcome;
    for (const ObjectPtr& object : pods_.all()) {
        const std::string node(api::nodeOfPod(*object));
        if (node.empty()) {
            if (!object->deleting()) continue;
            auto done = co_await forceDelete(object, true, std::string());
            if (!done) outcome = done;
            continue;
        }
        if (const ObjectPtr present = nodes_.get(node)) {
            if (!object->deleting()) continue;
            const auto there = present->as<core::Node>();
            if (readiness(there) == "True" || !isOutOfService(there)) continue;
            auto done = co_await forceDelete(object, true, std::string());
            if (!done) outcome = done;
            continue;
        }
        missing.insert(node);
        const auto since = missingSince_.try_emplace(node, now()).first->second;
        if (now() - since < options_.podGcQuarantine) continue;
        if (!confirmed.contains(node)) {
            // The informer may lag behind a node that has just registered.
            auto live = co_await api_.get<core::Node>(std::string(), node);
            if (live || live.error().reason != Reason::NotFound) continue;
            confirmed.insert(node);
        }
        auto done = co_await forceDelete(object, true, "PodGC: node no longer exists");
        if (!done) outcome = done;
    }
    std::erase_if(missingSince_, [&](const auto& entry) { return !missing.contains(entry.first); });
    co_return outcome;
}

Step PodGcController::sweepEnded() {
    std::vector<std::pair<WallTime, ObjectPtr>> ended;
    for (const ObjectPtr& object : pods_.all()) {
        const api::PodFacts facts(*object);
        if (facts.terminal() && !object->deleting()) ended.emplace_back(facts.created, object);
    }
    if (ended.size() <= options_.terminatedPodThreshold) co_return Result<void>();
    std::stable_sort(ended.begin(), ended.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    Result<void> outcome;
    for (std::size_t i = 0; i < ended.size() - options_.terminatedPodThreshold; ++i) {
        auto done = co_await forceDelete(ended[i].second, false, std::string());
        if (!done) outcome = done;
    }
    co_return outcome;
}

Step PodGcController::forceDelete(ObjectPtr object, bool markFailed, std::string why) {
    if (markFailed && !api::PodFacts(*object).terminal()) {
        auto pod = object->as<core::Pod>();
        pod.mutable_status()->set_phase("Failed");
        if (!why.empty()) {
            core::PodCondition condition;
            condition.set_type("DisruptionTarget");
            condition.set_status("True");
            condition.set_reason("DeletionByPodGC");
            condition.set_message(why);
            *condition.mutable_lasttransitiontime() = timestamp();
            setCondition(*pod.mutable_status(), condition);
        }
        auto marked = co_await api_.updateStatus(std::move(pod));
        if (auto gone = unlessGone(marked); !gone) co_return gone;
    }
    client::DeleteOptions how;
    how.gracePeriodSeconds = 0;
    auto deleted = co_await api_.remove(object, how);
    co_return unlessGone(deleted);
}

} // namespace wheelhouse::controllers
