#include "metric_groups.h"

#include "engine/api/groups/custom_metrics.h"
#include "engine/api/quantity.h"
#include "engine/api/time.h"

#include <fmt/format.h>
#include <optional>

namespace wheelhouse::controlplane {

namespace {

using Question = apiserver::GroupSource::Question;
using Message = std::unique_ptr<google::protobuf::Message>;
using Asked = autoscaling::MeasuredMetrics::Asked;
using Found = autoscaling::MeasuredMetrics::Found;

Result<api::LabelSelector> selectorOf(const Question& question, const char* option) {
    const auto given = question.query.find(option);
    return given == question.query.end() ? api::LabelSelector() : api::LabelSelector::parse(given->second);
}

/// The shape of a selector in an answer: what was asked for.
api::meta::LabelSelector shapeOf(const api::LabelSelector& selector) {
    using Operator = api::LabelSelector::Operator;
    api::meta::LabelSelector out;
    for (const auto& each : selector.requirements()) {
        if (each.op == Operator::In && each.values.size() == 1) {
            (*out.mutable_matchlabels())[each.key] = *each.values.begin();
            continue;
        }
        auto& made = *out.add_matchexpressions();
        made.set_key(each.key);
        made.set_operator_(each.op == Operator::In       ? "In"
                           : each.op == Operator::NotIn  ? "NotIn"
                           : each.op == Operator::Exists ? "Exists"
                                                         : "DoesNotExist");
        for (const std::string& value : each.values)
            made.add_values(value);
    }
    return out;
}

std::string valueText(std::int64_t milli) {
    return api::Quantity::fromMilli(milli).toString();
}

std::int64_t secondsOf(Duration window) {
    return std::chrono::round<std::chrono::seconds>(window).count();
}

Message listOf(const Asked& asked, const std::vector<Found>& found) {
    auto list = std::make_unique<api::custom_metrics2::MetricValueList>();
    list->mutable_metadata();
    for (const Found& each : found) {
        auto& value = *list->add_items();
        *value.mutable_describedobject() = each.object;
        value.mutable_metric()->set_name(asked.metric);
        if (!asked.series.empty()) *value.mutable_metric()->mutable_selector() = shapeOf(asked.series);
        *value.mutable_timestamp() = api::toTime(each.at);
        if (each.window > Duration::zero()) value.set_windowseconds(secondsOf(each.window));
        value.mutable_value()->set_string(valueText(each.milli));
    }
    return list;
}

Message olderListOf(const Asked& asked, const std::vector<Found>& found) {
    auto list = std::make_unique<api::custom_metrics1::MetricValueList>();
    list->mutable_metadata();
    for (const Found& each : found) {
        auto& value = *list->add_items();
        *value.mutable_describedobject() = each.object;
        value.set_metricname(asked.metric);
        if (!asked.series.empty()) *value.mutable_selector() = shapeOf(asked.series);
        *value.mutable_timestamp() = api::toTime(each.at);
        if (each.window > Duration::zero()) value.set_window(secondsOf(each.window));
        value.mutable_value()->set_string(valueText(each.milli));
    }
    return list;
}

/// Of namespaces/NS/RESOURCE/NAME/METRIC, and of namespaces/NS/metrics/METRIC, which is about the namespace.
std::optional<Asked> askedFor(const Question& question) {
    const std::vector<std::string>& path = question.path;
    if (question.nameSpace.empty()) return std::nullopt;
    if (path.size() == 2 && path[0] == "metrics")
        return Asked{question.nameSpace, "namespaces", question.nameSpace, {}, path[1], {}};
    if (path.size() != 3) return std::nullopt;
    return Asked{question.nameSpace, path[0], path[1], {}, path[2], {}};
}

} // namespace

MetricGroups::MetricGroups(apiserver::ApiServer& api, const autoscaling::MeasuredMetrics& metrics)
    : custom_(metrics), external_(metrics),
      servingCustom_(api.serveGroup("custom.metrics.k8s.io", {"v1beta2", "v1beta1"}, custom_)),
      servingExternal_(api.serveGroup("external.metrics.k8s.io", {"v1beta1"}, external_)) {}

std::vector<apiserver::GroupSource::Resource> MetricGroups::Custom::resources(const std::string&) {
    std::vector<Resource> out;
    for (const std::string& name : metrics_.names())
        out.push_back({name, !name.starts_with("namespaces/"), "MetricValueList", {"get"}});
    return out;
}

Result<Message> MetricGroups::Custom::read(const Question& question) {
    auto asked = askedFor(question);
    if (!asked) return fail(Reason::NotFound, "the server could not find the requested resource");
    auto labels = selectorOf(question, "labelSelector");
    if (!labels) return fail(labels.error());
    auto series = selectorOf(question, "metricLabelSelector");
    if (!series) return fail(series.error());
    asked->labels = std::move(*labels);
    asked->series = std::move(*series);
    const auto found = metrics_.find(*asked);
    if (!found) return fail(found.error());
    return question.version == "v1beta1" ? olderListOf(*asked, *found) : listOf(*asked, *found);
}

std::vector<apiserver::GroupSource::Resource> MetricGroups::External::resources(const std::string&) {
    std::vector<Resource> out;
    for (const std::string& name : metrics_.externalNames())
        out.push_back({name, true, "ExternalMetricValueList", {"get"}});
    return out;
}

Result<Message> MetricGroups::External::read(const Question& question) {
    if (question.nameSpace.empty() || question.path.size() != 1)
        return fail(Reason::NotFound, "the server could not find the requested resource");
    const auto selector = selectorOf(question, "labelSelector");
    if (!selector) return fail(selector.error());
    const auto found = metrics_.findExternal(question.nameSpace, question.path[0], *selector);
    if (!found) return fail(found.error());
    auto list = std::make_unique<api::external_metrics::ExternalMetricValueList>();
    list->mutable_metadata();
    for (const auto& series : *found) {
        auto& value = *list->add_items();
        value.set_metricname(question.path[0]);
        for (const auto& [key, label] : series.labels)
            (*value.mutable_metriclabels())[key] = label;
        *value.mutable_timestamp() = api::toTime(series.at);
        value.mutable_value()->set_string(valueText(series.milli));
    }
    return list;
}

} // namespace wheelhouse::controlplane
