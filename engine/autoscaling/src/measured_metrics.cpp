#include "engine/autoscaling/measured_metrics.h"

#include "engine/api/groups/apiextensions.h"
#include "engine/api/quantity.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wheelhouse::autoscaling {

namespace core = api::core;
namespace lab = api::lab;

namespace {

using Definition = api::apiextensions::CustomResourceDefinition;

constexpr const char* podsBySpace = "metrics.namespace";
constexpr const char* metricsByName = "metrics.name";

const std::string& nameOf(const lab::Metric& metric) {
    return metric.spec().metric().empty() ? metric.metadata().name() : metric.spec().metric();
}

std::string qualified(const std::string& resource, const std::string& group) {
    return group.empty() ? resource : resource + "." + group;
}

std::string groupOf(const std::string& apiVersion) {
    const std::size_t slash = apiVersion.find('/');
    return slash == std::string::npos ? std::string() : apiVersion.substr(0, slash);
}

bool matches(const api::LabelSelector& selector,
             const google::protobuf::Map<std::string, std::string>& labels) {
    return selector.matches({labels.begin(), labels.end()});
}

std::int64_t milliOf(const lab::Metric& metric) {
    return api::Quantity::parse(metric.spec().value().string()).value_or(api::Quantity()).milli();
}

Status noSuchMetric(const MeasuredMetrics::Asked& asked) {
    std::string of = asked.resource;
    if (asked.name != "*") of += " " + asked.name;
    std::string with;
    if (!asked.series.empty()) with = " with selector " + asked.series.toString();
    Status status;
    status.reason = Reason::NotFound;
    status.message = fmt::format("the server could not find the metric {} for {}{}", asked.metric, of, with);
    return status;
}

/// What an autoscaler is told; `api` is the name it knows the source by.
Status unreadable(const Status& why, std::string_view api) {
    Status status = why;
    status.message = fmt::format("unable to fetch metrics from {} metrics API: {}", api, why.message);
    return status;
}

} // namespace

MeasuredMetrics::MeasuredMetrics(client::InformerSet& informers, const UsageBoard& board, Executor& executor)
    : informers_(informers), board_(board), executor_(executor), pods_(informers.of<core::Pod>()),
      metrics_(informers.of<lab::Metric>()), definitions_(informers.of<Definition>()) {
    pods_.addIndex(podsBySpace,
                   [](const api::ObjectPtr& pod) { return std::vector<std::string>{pod->nameSpace()}; });
    metrics_.addIndex(metricsByName, [](const api::ObjectPtr& object) {
        return std::vector<std::string>{object->nameSpace() + "/" + nameOf(object->as<lab::Metric>())};
    });
    metrics_.addHandler(
        {.onAdd = [this](const api::ObjectPtr& metric) { noteSubject(metric); },
         .onUpdate = [this](const api::ObjectPtr&, const api::ObjectPtr& metric) { noteSubject(metric); },
         .onDelete = {}});
}

/// Whoever asks for what it is about by labels shall not have to wait.
void MeasuredMetrics::noteSubject(const api::ObjectPtr& object) {
    const auto metric = object->as<lab::Metric>();
    if (!metric.spec().has_describedobject()) return;
    const lab::MetricSubject& subject = metric.spec().describedobject();
    if (const auto kind = known(subject.apiversion(), subject.kind())) informers_.of(kind->name);
}

std::optional<MeasuredMetrics::Known> MeasuredMetrics::known(const std::string& apiVersion,
                                                             const std::string& kind) const {
    for (const api::Kind* each : api::kinds())
        if (each->kind == kind && each->allows("get") &&
            (apiVersion.empty() || each->name.group == groupOf(apiVersion)))
            return Known{qualified(each->name.resource, each->name.group), each->apiVersion(), each->name};
    for (const api::ObjectPtr& object : definitions_.all()) {
        const auto definition = object->as<Definition>();
        const auto& spec = definition.spec();
        if (spec.names().kind() != kind || spec.versions().empty()) continue;
        if (!apiVersion.empty() && groupOf(apiVersion) != spec.group()) continue;
        const std::string version =
            apiVersion.empty() ? spec.versions(0).name() : apiVersion.substr(apiVersion.find('/') + 1);
        const client::ResourceName name{spec.group(), version, spec.names().plural()};
        return Known{qualified(name.resource, name.group), name.apiVersion(), name};
    }
    return std::nullopt;
}

std::map<std::string, MeasuredMetrics::Found> MeasuredMetrics::said(const Asked& asked) const {
    std::map<std::string, Found> out;
    for (const api::ObjectPtr& object :
         metrics_.byIndex(metricsByName, asked.nameSpace + "/" + asked.metric)) {
        const auto metric = object->as<lab::Metric>();
        const lab::MetricSubject& subject = metric.spec().describedobject();
        if (!metric.spec().has_describedobject() || (asked.name != "*" && asked.name != subject.name()) ||
            !matches(asked.series, metric.spec().labels()))
            continue;
        const auto kind = known(subject.apiversion(), subject.kind());
        if (!kind || kind->resource != asked.resource) continue;
        Found& found = out[subject.name()];
        found.object.set_kind(subject.kind());
        found.object.set_apiversion(kind->apiVersion);
        if (subject.kind() != "Namespace") found.object.set_namespace_(asked.nameSpace);
        found.object.set_name(subject.name());
        found.milli = addedUp(found.milli, milliOf(metric));
        found.at = executor_.clock().wallNow(); // it says what is, until it says something else
    }
    return out;
}

std::optional<MeasuredMetrics::Found> MeasuredMetrics::published(const api::ObjectPtr& pod,
                                                                 const Asked& asked) const {
    const auto measures = board_.measures(pod->uid());
    if (!measures) return std::nullopt;
    std::optional<Found> found;
    for (const Measure& each : *measures->all) {
        if (each.name != asked.metric || !asked.series.matches(each.labels)) continue;
        if (!found) found.emplace();
        found->milli = addedUp(found->milli, each.milli);
        found->window = std::max(found->window, each.window);
        found->at = measures->at;
    }
    return found;
}

std::vector<MeasuredMetrics::Found> MeasuredMetrics::ofPods(const Asked& asked) const {
    std::map<std::string, Found> objects = said(asked);
    std::map<std::string, Found> out;
    for (const api::ObjectPtr& pod : pods_.byIndex(podsBySpace, asked.nameSpace)) {
        if (asked.name == "*" ? !asked.labels.matches(pod->labels()) : asked.name != pod->name()) continue;
        std::optional<Found> found;
        if (const auto told = objects.find(pod->name()); told != objects.end())
            found = std::move(told->second);
        else
            found = published(pod, asked);
        if (!found) continue;
        found->object.set_kind("Pod");
        found->object.set_apiversion("v1");
        found->object.set_namespace_(asked.nameSpace);
        found->object.set_name(pod->name());
        out.emplace(pod->name(), std::move(*found));
    }
    std::vector<Found> all;
    for (auto& [name, found] : out)
        all.push_back(std::move(found));
    return all;
}

/// Labels are known of objects there are: where they are asked for, what is said of others is left out.
Result<std::vector<MeasuredMetrics::Found>> MeasuredMetrics::ofObjects(const Asked& asked) const {
    const bool byLabels = asked.name == "*" && !asked.labels.empty();
    std::vector<Found> out;
    for (auto& [name, found] : said(asked)) {
        if (byLabels) {
            const auto kind = known(found.object.apiversion(), found.object.kind());
            const client::Informer& objects = informers_.of(kind->name);
            if (!objects.synced())
                return fail(Reason::ServiceUnavailable,
                            fmt::format("the labels of {} are not known yet", asked.resource));
            const std::string& space = found.object.namespace_();
            const api::ObjectPtr object = objects.get(space.empty() ? name : space + "/" + name);
            if (!object || !asked.labels.matches(object->labels())) continue;
        }
        out.push_back(std::move(found));
    }
    return out;
}

Result<std::vector<MeasuredMetrics::Found>> MeasuredMetrics::find(const Asked& asked) const {
    auto out = asked.resource == "pods" ? Result<std::vector<Found>>(ofPods(asked)) : ofObjects(asked);
    if (out && out->empty()) return fail(noSuchMetric(asked));
    return out;
}

Result<std::vector<MeasuredMetrics::Series>>
MeasuredMetrics::findExternal(const std::string& nameSpace, const std::string& metric,
                              const api::LabelSelector& selector) const {
    std::vector<std::pair<std::string, Series>> named;
    bool any = false;
    for (const api::ObjectPtr& object : metrics_.byIndex(metricsByName, nameSpace + "/" + metric)) {
        const auto each = object->as<lab::Metric>();
        if (each.spec().has_describedobject()) continue;
        any = true;
        if (!matches(selector, each.spec().labels())) continue;
        Series series{{each.spec().labels().begin(), each.spec().labels().end()},
                      milliOf(each),
                      executor_.clock().wallNow()};
        named.emplace_back(object->name(), std::move(series));
    }
    if (!any) return fail(noSuchMetric({nameSpace, "namespaces", nameSpace, {}, metric, {}}));
    std::sort(named.begin(), named.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Series> out;
    for (auto& [name, series] : named)
        out.push_back(std::move(series));
    return out;
}

std::set<std::string> MeasuredMetrics::names() const {
    std::set<std::string> out;
    for (const api::ObjectPtr& object : metrics_.all()) {
        const auto metric = object->as<lab::Metric>();
        const lab::MetricSubject& subject = metric.spec().describedobject();
        if (!metric.spec().has_describedobject()) continue;
        if (const auto kind = known(subject.apiversion(), subject.kind()))
            out.insert(kind->resource + "/" + nameOf(metric));
    }
    for (const api::ObjectPtr& pod : pods_.all())
        if (const auto measures = board_.measures(pod->uid()))
            for (const Measure& each : *measures->all)
                out.insert("pods/" + each.name);
    return out;
}

std::set<std::string> MeasuredMetrics::externalNames() const {
    std::set<std::string> out;
    for (const api::ObjectPtr& object : metrics_.all()) {
        const auto metric = object->as<lab::Metric>();
        if (!metric.spec().has_describedobject()) out.insert(nameOf(metric));
    }
    return out;
}

void MeasuredMetrics::answer(Values done, Result<std::vector<Value>> values) {
    executor_.post([done = std::move(done), values = std::move(values)] { done(values); });
}

void MeasuredMetrics::ofPods(const std::string& nameSpace, const std::string& podSelector,
                             const std::string& metric, const std::string& metricSelector, Values done) {
    auto labels = api::LabelSelector::parse(podSelector);
    auto series = api::LabelSelector::parse(metricSelector);
    if (!labels || !series)
        return answer(std::move(done), fail(unreadable(!labels ? labels.error() : series.error(), "custom")));
    const auto found = find({nameSpace, "pods", "*", std::move(*labels), metric, std::move(*series)});
    if (!found) return answer(std::move(done), fail(unreadable(found.error(), "custom")));
    std::vector<Value> values;
    for (const Found& each : *found) {
        Value value{each.object.name(), each.milli, each.at};
        if (each.window > Duration::zero()) value.window = each.window;
        values.push_back(std::move(value));
    }
    answer(std::move(done), std::move(values));
}

void MeasuredMetrics::ofObject(const std::string& nameSpace,
                               const api::autoscaling2::CrossVersionObjectReference& object,
                               const std::string& metric, const std::string& metricSelector, Values done) {
    auto series = api::LabelSelector::parse(metricSelector);
    if (!series) return answer(std::move(done), fail(unreadable(series.error(), "custom")));
    const auto kind = known(object.apiversion(), object.kind());
    if (!kind)
        return answer(std::move(done),
                      fail(Reason::NotFound, fmt::format("no matches for kind \"{}\" in group \"{}\"",
                                                         object.kind(), groupOf(object.apiversion()))));
    // What is said of a namespace is said in it.
    const bool ofSpace = kind->resource == "namespaces";
    const auto found = find(
        {ofSpace ? object.name() : nameSpace, kind->resource, object.name(), {}, metric, std::move(*series)});
    if (!found) return answer(std::move(done), fail(unreadable(found.error(), "custom")));
    answer(std::move(done), std::vector<Value>{{"", found->front().milli, found->front().at}});
}

void MeasuredMetrics::external(const std::string& nameSpace, const std::string& metric,
                               const std::string& metricSelector, Values done) {
    auto selector = api::LabelSelector::parse(metricSelector);
    if (!selector) return answer(std::move(done), fail(unreadable(selector.error(), "external")));
    const auto found = findExternal(nameSpace, metric, *selector);
    if (!found) return answer(std::move(done), fail(unreadable(found.error(), "external")));
    if (found->empty())
        return answer(std::move(done),
                      fail(Reason::InternalError, "no metrics returned from external metrics API"));
    std::vector<Value> values;
    for (const Series& series : *found)
        values.push_back({"", series.milli, series.at});
    answer(std::move(done), std::move(values));
}

} // namespace wheelhouse::autoscaling
