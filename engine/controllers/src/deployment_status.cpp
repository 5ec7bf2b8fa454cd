#include "deployment_status.h"

#include "engine/api/time.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::controllers {

namespace apps = api::apps;

namespace {

constexpr const char* newSetAvailable = "NewReplicaSetAvailable";
constexpr const char* deadlineExceeded = "ProgressDeadlineExceeded";

bool hasDeadline(const apps::Deployment& deployment) {
    return deployment.spec().has_progressdeadlineseconds() &&
           deployment.spec().progressdeadlineseconds() != std::numeric_limits<std::int32_t>::max();
}

bool movedOn(const apps::DeploymentStatus& before, const apps::DeploymentStatus& now) {
    const int oldBefore = before.replicas() - before.updatedreplicas();
    const int oldNow = now.replicas() - now.updatedreplicas();
    return now.updatedreplicas() > before.updatedreplicas() || oldNow < oldBefore ||
           now.readyreplicas() > before.readyreplicas() ||
           now.availablereplicas() > before.availablereplicas();
}

bool timedOut(const apps::Deployment& deployment, const apps::DeploymentStatus& status, WallTime now) {
    const auto* condition = findCondition(status, "Progressing");
    if (!condition) return false;
    if (condition->reason() == newSetAvailable) return false;
    if (condition->reason() == deadlineExceeded) return true;
    const auto deadline = std::chrono::seconds(deployment.spec().progressdeadlineseconds());
    return api::fromTime(condition->lastupdatetime()) + deadline < now;
}

void dropCondition(apps::DeploymentStatus& status, std::string_view type) {
    auto& conditions = *status.mutable_conditions();
    conditions.erase(std::remove_if(conditions.begin(), conditions.end(),
                                    [&](const auto& condition) { return condition.type() == type; }),
                     conditions.end());
}

void moveProgress(const apps::Deployment& deployment, const apps::ReplicaSet* fresh,
                  apps::DeploymentStatus& status, WallTime now) {
    const auto* condition = findCondition(status, "Progressing");
    const bool wasComplete =
        status.replicas() == status.updatedreplicas() && condition && condition->reason() == newSetAvailable;
    if (!hasDeadline(deployment) || wasComplete) return;
    const std::string subject = fresh ? fmt::format("ReplicaSet \"{}\"", fresh->metadata().name())
                                      : fmt::format("Deployment \"{}\"", deployment.metadata().name());
    if (isComplete(deployment, status)) {
        setCondition(status, "Progressing", "True", newSetAvailable,
                     subject + " has successfully progressed.", now);
    } else if (movedOn(deployment.status(), status)) {
        // The deadline counts from the last step, so the update time moves although the status stays True.
        apps::DeploymentCondition kept;
        if (condition) kept = *condition;
        dropCondition(status, "Progressing");
        setCondition(status, "Progressing", "True", "ReplicaSetUpdated", subject + " is progressing.", now);
        if (kept.status() == "True")
            *status.mutable_conditions(status.conditions_size() - 1)->mutable_lasttransitiontime() =
                kept.lasttransitiontime();
    } else if (timedOut(deployment, status, now)) {
        setCondition(status, "Progressing", "False", deadlineExceeded,
                     subject + " has timed out progressing.", now);
    }
}

void showFailure(const Sets& sets, const apps::ReplicaSet* fresh, apps::DeploymentStatus& status,
                 WallTime now) {
    const auto failureOf = [](const apps::ReplicaSet& set) -> const apps::ReplicaSetCondition* {
        for (const auto& condition : set.status().conditions())
            if (condition.type() == "ReplicaFailure" && condition.status() == "True") return &condition;
        return nullptr;
    };
    const apps::ReplicaSetCondition* failure = fresh ? failureOf(*fresh) : nullptr;
    for (const auto& set : sets)
        if (!failure) failure = failureOf(set);
    dropCondition(status, "ReplicaFailure");
    if (failure)
        setCondition(status, "ReplicaFailure", "True", failure->reason().c_str(), failure->message(),
                     api::fromTime(failure->lasttransitiontime()));
    static_cast<void>(now);
}

} // namespace

const apps::DeploymentCondition* findCondition(const apps::DeploymentStatus& status, std::string_view type) {
    for (const auto& condition : status.conditions())
        if (condition.type() == type) return &condition;
    return nullptr;
}

void setCondition(apps::DeploymentStatus& status, const char* type, const char* value, const char* reason,
                  const std::string& message, WallTime now) {
    apps::DeploymentCondition* condition = nullptr;
    for (auto& present : *status.mutable_conditions())
        if (present.type() == type) condition = &present;
    if (condition && condition->status() == value && condition->reason() == reason) return;
    if (!condition) condition = status.add_conditions();
    if (condition->status() != value) *condition->mutable_lasttransitiontime() = api::toTime(now);
    *condition->mutable_lastupdatetime() = api::toTime(now);
    condition->set_type(type);
    condition->set_status(value);
    condition->set_reason(reason);
    condition->set_message(message);
}

bool isComplete(const apps::Deployment& deployment, const apps::DeploymentStatus& status) {
    const int replicas = deployment.spec().replicas();
    return status.updatedreplicas() == replicas && status.replicas() == replicas &&
           status.availablereplicas() == replicas &&
           status.observedgeneration() >= deployment.metadata().generation();
}

apps::DeploymentStatus deploymentStatus(const apps::Deployment& deployment, const Sets& sets,
                                        const apps::ReplicaSet* fresh, bool progress, WallTime now) {
    apps::DeploymentStatus status = deployment.status();
    int replicas = 0, ready = 0, terminating = 0;
    for (const auto& set : sets) {
        replicas += set.status().replicas();
        ready += set.status().readyreplicas();
        terminating += set.status().terminatingreplicas();
    }
    const int available = totalAvailable(sets);
    status.set_observedgeneration(deployment.metadata().generation());
    status.set_replicas(replicas);
    status.set_updatedreplicas(fresh ? fresh->status().replicas() : 0);
    status.set_readyreplicas(ready);
    status.set_availablereplicas(available);
    status.set_unavailablereplicas(std::max(0, totalReplicas(sets) - available));
    status.set_terminatingreplicas(terminating);
    const int least = deployment.spec().replicas() - fenceOf(deployment).unavailable;
    if (available >= least)
        setCondition(status, "Available", "True", "MinimumReplicasAvailable",
                     "Deployment has minimum availability.", now);
    else
        setCondition(status, "Available", "False", "MinimumReplicasUnavailable",
                     "Deployment does not have minimum availability.", now);
    if (!progress) return status;
    moveProgress(deployment, fresh, status, now);
    showFailure(sets, fresh, status, now);
    return status;
}

std::optional<Duration> untilDeadline(const apps::Deployment& deployment,
                                      const apps::DeploymentStatus& status, WallTime now) {
    const auto* condition = findCondition(status, "Progressing");
    if (!condition || !hasDeadline(deployment) || isComplete(deployment, status) ||
        condition->reason() == deadlineExceeded)
        return std::nullopt;
    const WallTime due = api::fromTime(condition->lastupdatetime()) +
                         std::chrono::seconds(deployment.spec().progressdeadlineseconds() + 1);
    return std::max<Duration>(due - now, std::chrono::seconds(1));
}

} // namespace wheelhouse::controllers
