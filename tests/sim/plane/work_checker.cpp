#include "work_checker.h"

#include "engine/api/groups/batch.h"
#include "engine/client/metadata.h"

#include <algorithm>

namespace wheelhouse::sim {

namespace batch = api::batch;
namespace policy = api::policy;

namespace {

bool has(const core::Pod& pod, const std::string& type, const std::string& reason = {}) {
    const auto& conditions = pod.status().conditions();
    return std::any_of(conditions.begin(), conditions.end(), [&](const auto& each) {
        return each.type() == type && each.status() == "True" && (reason.empty() || each.reason() == reason);
    });
}

} // namespace

void WorkChecker::saw(const store::Change& change) {
    const std::string& kind = change.object->kind().kind;
    if (kind == "Pod" || kind == "Job" || kind == "PodDisruptionBudget")
        history_.emplace(change.revision, change);
}

std::vector<std::string> WorkChecker::judge() {
    for (const auto& [revision, change] : history_) {
        const std::string& kind = change.object->kind().kind;
        if (kind == "Pod") judgePod(change);
        if (kind == "Job") judgeJob(change);
        if (kind != "PodDisruptionBudget") continue;
        const auto budget = change.object->as<policy::PodDisruptionBudget>();
        mustStay_[budget.spec().selector().matchlabels().at("app")] = budget.spec().minavailable().intval();
    }
    return complaints_;
}

int WorkChecker::healthyOf(const std::string& app) const {
    return static_cast<int>(std::count_if(pods_.begin(), pods_.end(), [&](const auto& entry) {
        return entry.second.app == app && entry.second.healthy;
    }));
}

/// A pod that is evicted while it is healthy must leave enough others.
void WorkChecker::judgePod(const store::Change& change) {
    const auto pod = change.object->as<core::Pod>();
    const auto* owner = client::controllerOf(pod.metadata());
    const bool ended = pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed";
    Pod& known = pods_[pod.metadata().uid()];
    const auto label = pod.metadata().labels().find("app");
    known.app = label == pod.metadata().labels().end() ? std::string() : label->second;
    const bool evicted = has(pod, "DisruptionTarget", "EvictionByEvictionAPI");
    const bool wasHealthy = known.healthy;
    const bool gone = change.type == store::Change::Type::Deleted || change.object->deleting() || ended;
    known.healthy = !gone && !evicted && has(pod, "Ready");
    const auto least = mustStay_.find(known.app);
    if (evicted && !known.evicted && wasHealthy && least != mustStay_.end() &&
        healthyOf(known.app) < least->second)
        complaints_.push_back("revision " + std::to_string(change.revision) + ": evicting " +
                              pod.metadata().name() + " leaves " + std::to_string(healthyOf(known.app)) +
                              " of " + std::to_string(least->second));
    known.evicted = evicted;
    if (!owner || owner->kind() != "Job" || !ended || change.type == store::Change::Type::Deleted) return;
    if (known.ended) return;
    known.ended = true;
    Tally& tally = tallies_[owner->uid()];
    if (pod.status().phase() != "Succeeded") {
        ++tally.failed;
        return;
    }
    // A pod thought lost may end well beside the one that took its place: their index is done once.
    const auto index = pod.metadata().labels().find("batch.kubernetes.io/job-completion-index");
    if (index == pod.metadata().labels().end() || tally.indexes.insert(index->second).second)
        ++tally.succeeded;
}

/// No Job ever counts more pods than have ended; in the end it has counted all that succeeded.
void WorkChecker::judgeJob(const store::Change& change) {
    const auto job = change.object->as<batch::Job>();
    const Tally& tally = tallies_[job.metadata().uid()];
    const auto& status = job.status();
    const auto complain = [&](const std::string& what) {
        complaints_.push_back("revision " + std::to_string(change.revision) + ": job " +
                              job.metadata().name() + " " + what);
    };
    if (status.succeeded() > tally.succeeded)
        complain("counts " + std::to_string(status.succeeded()) + " successes of " +
                 std::to_string(tally.succeeded));
    if (status.failed() > tally.failed)
        complain("counts " + std::to_string(status.failed()) + " failures of " +
                 std::to_string(tally.failed));
    const bool complete =
        std::any_of(status.conditions().begin(), status.conditions().end(),
                    [](const auto& each) { return each.type() == "Complete" && each.status() == "True"; });
    if (complete && status.succeeded() != tally.succeeded)
        complain("is complete with " + std::to_string(status.succeeded()) + " successes of " +
                 std::to_string(tally.succeeded));
}

} // namespace wheelhouse::sim
