#include "reporter.h"

#include "engine/api/codec.h"
#include "engine/api/time.h"
#include "engine/base/log.h"

#include <fmt/format.h>

namespace wheelhouse::scheduler {

namespace core = api::core;
using Type = client::EventRecorder::Type;

client::EventRecorder& Reporter::recorderOf(const PodInfo& pod) {
    const std::string& name = pod.shape->schedulerName;
    auto& recorder = recorders_[name];
    if (!recorder) recorder = std::make_unique<client::EventRecorder>(cluster_, executor_, name);
    return *recorder;
}

std::string Reporter::assignment(const PodInfo& pod, const std::string& node) {
    return fmt::format("Successfully assigned {} to {}", pod.object->key(), node);
}

void Reporter::scheduled(const PodInfo& pod, const std::string& node) {
    recorderOf(pod).record(pod.object, Type::Normal, "Scheduled", assignment(pod, node));
}

void Reporter::failed(const PodInfo& pod, const std::string& message) {
    recorderOf(pod).record(pod.object, Type::Warning, "FailedScheduling", message);
}

void Reporter::preempted(const PodInfo& victim, const PodInfo& preemptor, const std::string& node) {
    recorderOf(preemptor).record(victim.object, Type::Normal, "Preempted",
                                 fmt::format("Preempted by pod {} on node {}", preemptor.uid.value(), node));
}

void Reporter::waits(const PodInfo& pod, const std::string& message,
                     const std::optional<std::string>& nominated) {
    const bool known = pod.reportedReason == "Unschedulable" && pod.reportedMessage == message;
    if (known && (!nominated || *nominated == pod.nominatedNode)) return;
    core::PodCondition condition;
    condition.set_type("PodScheduled");
    condition.set_status("False");
    condition.set_reason("Unschedulable");
    condition.set_message(message);
    *condition.mutable_lasttransitiontime() =
        pod.reportedSince.value_or(api::toTime(executor_.clock().wallNow()));
    std::string nomination;
    if (nominated && *nominated != pod.nominatedNode) {
        nomination = nominated->empty() ? R"(,"nominatedNodeName":null)"
                                        : fmt::format(R"(,"nominatedNodeName":"{}")", *nominated);
    }
    patchStatus(pod, fmt::format(R"({{"conditions":[{}]{}}})", api::encodeJson(condition), nomination));
}

void Reporter::nominationEnded(const PodInfo& pod) {
    patchStatus(pod, R"({"nominatedNodeName":null})");
}

void Reporter::patchStatus(const PodInfo& pod, const std::string& status) {
    client::WriteOptions write;
    write.subresource = "status";
    cluster_.patch(api::kindOf<core::Pod>().name, pod.nameSpace(), pod.name(), api::PatchType::Strategic,
                   fmt::format(R"({{"metadata":{{"uid":"{}"}},"status":{}}})", pod.uid.value(), status),
                   write, [key = pod.object->key()](const Result<client::Written>& answer) {
                       if (answer) return;
                       log::debug("scheduler", "the status of {} could not be written: {}", key,
                                  answer.error().message);
                   });
}

} // namespace wheelhouse::scheduler
