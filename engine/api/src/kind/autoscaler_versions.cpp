#include "kind/autoscaler_versions.h"

#include "engine/api/codec.h"
#include "engine/api/groups/autoscaling2.h"

#include <boost/json.hpp>

namespace wheelhouse::api {
namespace {

namespace v1 = autoscaling;
namespace v2 = autoscaling2;

constexpr const char* metricsKey = "autoscaling.alpha.kubernetes.io/metrics";
constexpr const char* statusKey = "autoscaling.alpha.kubernetes.io/current-metrics";
constexpr const char* conditionsKey = "autoscaling.alpha.kubernetes.io/conditions";
constexpr const char* behaviorKey = "autoscaling.alpha.kubernetes.io/behavior";

bool isCpuTarget(const v2::MetricSpec& metric) {
    return metric.type() == "Resource" && metric.resource().name() == "cpu" &&
           metric.resource().target().has_averageutilization();
}

bool isCpuStatus(const v2::MetricStatus& metric) {
    return metric.type() == "Resource" && metric.resource().name() == "cpu" &&
           metric.resource().current().has_averageutilization();
}

/// Messages as one JSON list, the way the annotations hold them.
template <class List>
std::string listText(const List& list) {
    std::string out;
    for (const auto& each : list)
        out += (out.empty() ? "[" : ",") + encodeJson(each);
    return out + "]";
}

/// Adds what a JSON list holds; what cannot be read is left out, for annotations are only texts.
template <class M>
void readList(const google::protobuf::Map<std::string, std::string>& annotations, const char* key,
              google::protobuf::RepeatedPtrField<M>& to) {
    const auto found = annotations.find(key);
    if (found == annotations.end()) return;
    boost::system::error_code error;
    const boost::json::value list = boost::json::parse(found->second, error);
    if (error || !list.is_array()) return;
    for (const boost::json::value& each : list.as_array()) {
        auto decoded = decodeJson(boost::json::serialize(each), M::descriptor(), FieldValidation::Ignore);
        if (decoded) *to.Add() = static_cast<const M&>(*decoded->message);
    }
}

template <class To, class From>
void copyReference(To& to, const From& from) {
    to.set_kind(from.kind());
    to.set_name(from.name());
    if (!from.apiversion().empty()) to.set_apiversion(from.apiversion());
}

} // namespace

std::unique_ptr<google::protobuf::Message> toNewAutoscaler(const v1::HorizontalPodAutoscaler& from) {
    auto out = std::make_unique<v2::HorizontalPodAutoscaler>();
    *out->mutable_metadata() = from.metadata();
    auto& annotations = *out->mutable_metadata()->mutable_annotations();
    v2::HorizontalPodAutoscalerSpec& spec = *out->mutable_spec();
    copyReference(*spec.mutable_scaletargetref(), from.spec().scaletargetref());
    if (from.spec().has_minreplicas()) spec.set_minreplicas(from.spec().minreplicas());
    spec.set_maxreplicas(from.spec().maxreplicas());
    readList(annotations, metricsKey, *spec.mutable_metrics());
    if (from.spec().has_targetcpuutilizationpercentage()) {
        v2::MetricSpec& metric = *spec.add_metrics();
        metric.set_type("Resource");
        metric.mutable_resource()->set_name("cpu");
        metric.mutable_resource()->mutable_target()->set_type("Utilization");
        metric.mutable_resource()->mutable_target()->set_averageutilization(
            from.spec().targetcpuutilizationpercentage());
    }
    if (const auto behavior = annotations.find(behaviorKey); behavior != annotations.end()) {
        auto decoded = decodeJson(behavior->second, v2::HorizontalPodAutoscalerBehavior::descriptor(),
                                  FieldValidation::Ignore);
        if (decoded)
            *spec.mutable_behavior() =
                static_cast<const v2::HorizontalPodAutoscalerBehavior&>(*decoded->message);
    }
    if (from.has_status()) {
        v2::HorizontalPodAutoscalerStatus& status = *out->mutable_status();
        if (from.status().has_observedgeneration())
            status.set_observedgeneration(from.status().observedgeneration());
        if (from.status().has_lastscaletime())
            *status.mutable_lastscaletime() = from.status().lastscaletime();
        status.set_currentreplicas(from.status().currentreplicas());
        status.set_desiredreplicas(from.status().desiredreplicas());
        readList(annotations, statusKey, *status.mutable_currentmetrics());
        readList(annotations, conditionsKey, *status.mutable_conditions());
        if (from.status().has_currentcpuutilizationpercentage()) {
            v2::MetricStatus& metric = *status.add_currentmetrics();
            metric.set_type("Resource");
            metric.mutable_resource()->set_name("cpu");
            metric.mutable_resource()->mutable_current()->set_averageutilization(
                from.status().currentcpuutilizationpercentage());
        }
    }
    for (const char* key : {metricsKey, statusKey, conditionsKey, behaviorKey})
        annotations.erase(key);
    canonicalize(*out);
    return out;
}

std::unique_ptr<google::protobuf::Message> toOldAutoscaler(const google::protobuf::Message& message) {
    const auto& from = static_cast<const v2::HorizontalPodAutoscaler&>(message);
    auto out = std::make_unique<v1::HorizontalPodAutoscaler>();
    *out->mutable_metadata() = from.metadata();
    auto& annotations = *out->mutable_metadata()->mutable_annotations();
    v1::HorizontalPodAutoscalerSpec& spec = *out->mutable_spec();
    copyReference(*spec.mutable_scaletargetref(), from.spec().scaletargetref());
    if (from.spec().has_minreplicas()) spec.set_minreplicas(from.spec().minreplicas());
    spec.set_maxreplicas(from.spec().maxreplicas());
    google::protobuf::RepeatedPtrField<v2::MetricSpec> others;
    for (const v2::MetricSpec& metric : from.spec().metrics()) {
        if (isCpuTarget(metric) && !spec.has_targetcpuutilizationpercentage())
            spec.set_targetcpuutilizationpercentage(metric.resource().target().averageutilization());
        else
            *others.Add() = metric;
    }
    if (!others.empty()) annotations[metricsKey] = listText(others);
    if (from.spec().has_behavior()) annotations[behaviorKey] = encodeJson(from.spec().behavior());
    if (from.has_status()) {
        v1::HorizontalPodAutoscalerStatus& status = *out->mutable_status();
        if (from.status().has_observedgeneration())
            status.set_observedgeneration(from.status().observedgeneration());
        if (from.status().has_lastscaletime())
            *status.mutable_lastscaletime() = from.status().lastscaletime();
        status.set_currentreplicas(from.status().currentreplicas());
        status.set_desiredreplicas(from.status().desiredreplicas());
        google::protobuf::RepeatedPtrField<v2::MetricStatus> measured;
        for (const v2::MetricStatus& metric : from.status().currentmetrics()) {
            if (isCpuStatus(metric) && !status.has_currentcpuutilizationpercentage())
                status.set_currentcpuutilizationpercentage(metric.resource().current().averageutilization());
            else
                *measured.Add() = metric;
        }
        if (!measured.empty()) annotations[statusKey] = listText(measured);
        if (!from.status().conditions().empty())
            annotations[conditionsKey] = listText(from.status().conditions());
    }
    canonicalize(*out);
    return out;
}

} // namespace wheelhouse::api
