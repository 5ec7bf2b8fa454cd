// The part of PodWorker that says how the pod is.
#include "engine/api/time.h"
#include "pod_worker.h"
#include "resources.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::agent {

namespace core = api::core;

namespace {

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names)
        out += (out.empty() ? "" : " ") + name;
    return out;
}

} // namespace

std::string PodWorker::phase() const {
    if (over_) return overPhase_;
    if (!initialized_) return "Pending";
    const bool waiting = std::any_of(containers_.begin(), containers_.end(), [](const auto& c) {
        return (!c->active() || c->starting()) && !c->everRan();
    });
    return waiting ? "Pending" : "Running";
}

std::string PodWorker::waitingReason() const {
    return init_.empty() ? "ContainerCreating" : "PodInitializing";
}

void PodWorker::noteCondition(const core::PodCondition& condition) {
    const bool value = condition.status() == "True";
    if (condition.has_lasttransitiontime() && (value || condition.status() == "False"))
        conditions_.push_back({condition.type(), value, api::fromTime(condition.lasttransitiontime())});
}

void PodWorker::setCondition(core::PodStatus& status, const std::string& type, bool value,
                             const std::string& reason, const std::string& message) const {
    const std::string text = value ? "True" : "False";
    core::PodCondition condition;
    condition.set_type(type);
    condition.set_status(text);
    if (!reason.empty()) condition.set_reason(reason);
    if (!message.empty()) condition.set_message(message);
    if (pod_->metadata().generation() > 0) condition.set_observedgeneration(pod_->metadata().generation());
    *condition.mutable_lasttransitiontime() = api::toTime(host_.executor().clock().wallNow());
    for (const Condition& before : conditions_)
        if (before.type == type && before.value == value)
            *condition.mutable_lasttransitiontime() = api::toTime(before.since);
    *status.add_conditions() = std::move(condition);
}

void PodWorker::fillConditions(core::PodStatus& status) const {
    std::vector<std::string> unready;
    std::vector<std::string> uninitialized;
    for (const auto& container : containers_)
        if (!container->ready()) unready.push_back(container->name());
    for (const auto& container : init_) {
        if (container->sidecar()) {
            if (!container->ready()) unready.push_back(container->name());
            if (!initialized_ && !container->started()) uninitialized.push_back(container->name());
        } else if (!initialized_ && !(container->exited() && container->exitCode() == 0)) {
            uninitialized.push_back(container->name());
        }
    }
    setCondition(status, "PodReadyToStartContainers", sandboxState_ == SandboxState::Ready, "", "");
    if (overPhase_ == "Succeeded" && over_)
        setCondition(status, "Initialized", true, "PodCompleted", "");
    else if (uninitialized.empty())
        setCondition(status, "Initialized", true, "", "");
    else
        setCondition(status, "Initialized", false, "ContainersNotInitialized",
                     fmt::format("containers with incomplete status: [{}]", joined(uninitialized)));
    std::string reason;
    std::string message;
    if (over_ && overPhase_ == "Succeeded") {
        reason = "PodCompleted";
    } else if (over_) {
        reason = "PodFailed";
    } else if (!unready.empty()) {
        reason = "ContainersNotReady";
        message = fmt::format("containers with unready status: [{}]", joined(unready));
    }
    std::string gateReason = reason;
    std::string gateMessage = message;
    for (const core::PodReadinessGate& gate : pod_->spec().readinessgates()) {
        bool open = false;
        for (const core::PodCondition& condition : pod_->status().conditions())
            open = open || (condition.type() == gate.conditiontype() && condition.status() == "True");
        if (open || !gateReason.empty()) continue;
        gateReason = "ReadinessGatesNotReady";
        gateMessage =
            fmt::format("the status of pod readiness gate \"{}\" is not \"True\"", gate.conditiontype());
    }
    setCondition(status, "ContainersReady", reason.empty(), reason, message);
    setCondition(status, "Ready", gateReason.empty(), gateReason, gateMessage);
    setCondition(status, "PodScheduled", true, "", "");
    if (overReason_ == "Evicted")
        setCondition(status, "DisruptionTarget", true, "TerminationByKubelet", overMessage_);
    if (heldResize_)
        setCondition(status, "PodResizePending", true, heldResize_->reason, heldResize_->message);
    const auto resizing = [](const auto& container) { return container->resizing(); };
    if (std::any_of(containers_.begin(), containers_.end(), resizing) ||
        std::any_of(init_.begin(), init_.end(), resizing))
        setCondition(status, "PodResizeInProgress", true, "", "");
}

core::PodStatus PodWorker::refreshStatus() {
    if (settled_) return pod_->status();
    core::PodStatus status;
    status.set_phase(phase());
    if (over_ && !overReason_.empty()) {
        status.set_reason(overReason_);
        status.set_message(overMessage_);
    }
    if (pod_->metadata().generation() > 0) status.set_observedgeneration(pod_->metadata().generation());
    if (!host_.hostIp().empty()) {
        status.set_hostip(host_.hostIp());
        status.add_hostips()->set_ip(host_.hostIp());
    }
    if (!sandbox_.ip.empty()) {
        status.set_podip(sandbox_.ip);
        status.add_podips()->set_ip(sandbox_.ip);
    }
    *status.mutable_starttime() = api::toTime(startTime_);
    status.set_qosclass(qosClass_);
    if (rejected_)
        setCondition(status, "PodScheduled", true, "", "");
    else
        fillStatuses(status);
    conditions_.clear();
    conditions_.reserve(static_cast<std::size_t>(status.conditions_size()));
    for (const core::PodCondition& condition : status.conditions())
        noteCondition(condition);
    return status;
}

void PodWorker::fillStatuses(core::PodStatus& status) const {
    for (const auto& container : init_)
        *status.add_initcontainerstatuses() = container->status(waitingReason());
    for (const auto& container : containers_)
        *status.add_containerstatuses() = container->status(waitingReason());
    for (const auto& container : ephemeral_)
        *status.add_ephemeralcontainerstatuses() = container->status(waitingReason());
    fillConditions(status);
}

} // namespace wheelhouse::agent
