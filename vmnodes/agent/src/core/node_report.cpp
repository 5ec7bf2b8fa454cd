#include "node_report.h"

#include "engine/api/taint_text.h"
#include "engine/api/time.h"

#include <algorithm>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace wheelhouse::agent {
namespace core = api::core;
namespace {

constexpr Duration unchanged = std::chrono::minutes(5);

} // namespace

bool NodeReport::ready() const {
    return std::any_of(status_.conditions().begin(), status_.conditions().end(), [](const auto& condition) {
        return condition.type() == "Ready" && condition.status() == "True";
    });
}

void NodeReport::take(core::NodeStatus status, WallTime now) {
    const auto time = api::toTime(now);
    for (core::NodeCondition& condition : *status.mutable_conditions()) {
        *condition.mutable_lastheartbeattime() = time;
        *condition.mutable_lasttransitiontime() = time;
        for (const core::NodeCondition& before : status_.conditions())
            if (before.type() == condition.type() && before.status() == condition.status())
                *condition.mutable_lasttransitiontime() = before.lasttransitiontime();
    }
    status_ = std::move(status);
}

bool NodeReport::due(Instant now) {
    core::NodeStatus timeless = status_;
    for (core::NodeCondition& condition : *timeless.mutable_conditions())
        condition.clear_lastheartbeattime();
    std::string bytes;
    {
        google::protobuf::io::StringOutputStream stream(&bytes);
        google::protobuf::io::CodedOutputStream coded(&stream);
        coded.SetSerializationDeterministic(true); // maps in one order, so that equal means equal
        timeless.SerializeToCodedStream(&coded);
    }
    if (bytes == reported_ && now - reportedAt_ < unchanged) return false;
    reported_ = std::move(bytes);
    reportedAt_ = now;
    return true;
}

core::NodeStatus withoutRuntime(core::NodeStatus last, const std::string& why) {
    for (core::NodeCondition& condition : *last.mutable_conditions())
        if (condition.type() == "Ready") {
            condition.set_status("False");
            condition.set_reason("KubeletNotReady");
            condition.set_message("container runtime is down: " + why);
        }
    return last;
}

core::Node nodeObject(const AgentOptions& options, const core::NodeStatus& status) {
    core::Node node;
    node.mutable_metadata()->set_name(options.nodeName);
    auto& labels = *node.mutable_metadata()->mutable_labels();
    for (const auto& [key, value] : options.labels)
        labels[key] = value;
    labels["kubernetes.io/hostname"] = options.nodeName;
    labels["kubernetes.io/os"] = "linux";
    labels["kubernetes.io/arch"] = status.nodeinfo().architecture();
    for (const auto& [key, value] : options.annotations)
        (*node.mutable_metadata()->mutable_annotations())[key] = value;
    for (const std::string& taint : options.taints)
        *node.mutable_spec()->add_taints() = api::taintOfText(taint);
    *node.mutable_status() = status;
    return node;
}

} // namespace wheelhouse::agent
