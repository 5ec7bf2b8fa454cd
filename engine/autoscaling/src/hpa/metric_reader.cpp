#include "hpa/metric_reader.h"

#include "engine/api/quantity.h"
#include "engine/api/selector.h"

#include <fmt/format.h>
#include <utility>

namespace wheelhouse::autoscaling {

namespace hpa = api::autoscaling2;

namespace {

std::int64_t milliOf(const api::resource::Quantity& quantity) {
    return api::Quantity::parse(quantity.string()).value_or(api::Quantity()).milli();
}

std::string milliText(std::int64_t milli) {
    return api::Quantity::fromMilli(milli).toString();
}

std::string queryOf(const hpa::MetricIdentifier& metric) {
    if (!metric.has_selector()) return {};
    const auto selector = api::LabelSelector::from(metric.selector());
    return selector ? selector->toString() : std::string();
}

/// A metric's selector as messages have it: "nil", or all of it.
std::string shown(const hpa::MetricIdentifier& metric) {
    if (!metric.has_selector()) return "nil";
    std::string labels;
    for (const auto& [key, value] : std::map<std::string, std::string>(
             metric.selector().matchlabels().begin(), metric.selector().matchlabels().end()))
        labels += fmt::format("{}: {},", key, value);
    return fmt::format("&LabelSelector{{MatchLabels:map[string]string{{{}}},MatchExpressions:"
                       "[]LabelSelectorRequirement{{}},}}",
                       labels);
}

Evaluation failed(std::string failure, std::string why, const std::string& what) {
    Evaluation out;
    out.failure = std::move(failure);
    out.summary = fmt::format("failed to get {}: {}", what, why);
    out.why = std::move(why);
    return out;
}

void setAverage(hpa::MetricValueStatus& status, const Proposal& proposal) {
    status.mutable_averagevalue()->set_string(milliText(proposal.milli));
    if (proposal.percent) status.set_averageutilization(*proposal.percent);
}

/// Of a metric of the whole: its part a pod, or itself.
void setCurrent(hpa::MetricValueStatus& status, bool perPod, const Proposal& proposal) {
    if (perPod) return setAverage(status, proposal);
    status.mutable_value()->set_string(milliText(proposal.milli));
}

Result<Proposal> proposalOf(std::int64_t value, std::int64_t wanted, bool perPod,
                            const MetricReader::Target& target, const ReplicaMath& math) {
    if (perPod) return ReplicaMath::perReplica(target.actual, wanted, value, target.tolerance);
    return math.whole(target.wanted, wanted, value, target.tolerance);
}

std::int64_t sumOf(const std::vector<CustomMetrics::Value>& values) {
    std::int64_t sum = 0;
    for (const CustomMetrics::Value& value : values)
        sum = addedUp(sum, value.milli);
    return sum;
}

} // namespace

client::Task<Evaluation> MetricReader::read(const Metric& spec, const Target& target, WallTime now) const {
    const ReplicaMath math(now, rules_, target.pods);
    const std::string& type = spec.type();
    if (type == "Resource" || type == "ContainerResource") co_return resource(spec, target, math);
    if (type != "Pods" && type != "Object" && type != "External")
        co_return failed("InvalidMetricSourceType", fmt::format("unknown metric source type \"{}\"", type),
                         "metric");
    auto got = co_await ask(spec, target);
    if (type == "Pods") co_return pods(spec, target, math, got);
    if (type == "Object") co_return object(spec, target, math, got);
    co_return external(spec, target, math, got);
}

client::Call<std::vector<CustomMetrics::Value>> MetricReader::ask(const Metric& spec,
                                                                  const Target& target) const {
    using Values = CustomMetrics::Values;
    CustomMetrics* const custom = custom_;
    if (custom == nullptr) {
        const bool external = spec.type() == "External";
        return client::Call<std::vector<CustomMetrics::Value>>(
            [external, name = spec.external().metric().name()](const Values& done) {
                done(fail(
                    Reason::NotFound,
                    external
                        ? fmt::format("unable to fetch metrics from external metrics API: the server could "
                                      "not find the requested resource (get {}.external.metrics.k8s.io)",
                                      name)
                        : std::string("unable to fetch metrics from custom metrics API: no custom metrics "
                                      "API (custom.metrics.k8s.io) registered")));
            });
    }
    return client::Call<std::vector<CustomMetrics::Value>>([custom, spec, nameSpace = target.nameSpace,
                                                            selector = target.selector](Values done) {
        if (spec.type() == "Pods")
            return custom->ofPods(nameSpace, selector, spec.pods().metric().name(),
                                  queryOf(spec.pods().metric()), std::move(done));
        if (spec.type() == "Object")
            return custom->ofObject(nameSpace, spec.object().describedobject(), spec.object().metric().name(),
                                    queryOf(spec.object().metric()), std::move(done));
        custom->external(nameSpace, spec.external().metric().name(), queryOf(spec.external().metric()),
                         std::move(done));
    });
}

Readings MetricReader::readings(const Target& target, const std::string& resource,
                                const std::string& container) const {
    Readings out;
    for (const api::ObjectPtr& pod : target.objects) {
        const auto known = board_.pod(pod->uid());
        if (!known) continue;
        Reading reading{0, known->at, known->usage->window};
        bool any = false;
        for (const ContainerUsage& each : known->usage->containers) {
            if (!container.empty() && each.name != container) continue;
            any = true;
            // Rounded up, as quantities are.
            reading.milli += resource == "cpu" ? (each.usage.cpuNanoCores + 999'999) / 1'000'000
                                               : each.usage.memoryBytes * 1000;
        }
        if (any) out[pod->name()] = reading;
    }
    return out;
}

Evaluation MetricReader::resource(const Metric& spec, const Target& target, const ReplicaMath& math) const {
    const bool one = spec.type() == "ContainerResource";
    const std::string& name = one ? spec.containerresource().name() : spec.resource().name();
    const std::string container = one ? spec.containerresource().container() : std::string();
    const hpa::MetricTarget& wanted = one ? spec.containerresource().target() : spec.resource().target();
    const std::string failure = one ? "FailedGetContainerResourceMetric" : "FailedGetResourceMetric";
    const std::string what =
        one ? fmt::format("{} container metric value", name) : fmt::format("{} resource metric value", name);
    const bool plain = wanted.has_averagevalue();
    if (!plain && !wanted.has_averageutilization())
        return failed(failure,
                      "invalid resource metric source: neither an average utilization target nor an average "
                      "value (usage) target was set",
                      what);
    Readings measured = readings(target, name, container);
    Result<Proposal> proposal =
        measured.empty() ? Result<Proposal>(fail(
                               Reason::InternalError,
                               fmt::format("unable to get metrics for resource {}: no metrics returned from "
                                           "resource metrics API",
                                           name)))
        : plain ? math.average(target.wanted, milliOf(wanted.averagevalue()), name, std::move(measured),
                               target.tolerance)
                : math.utilization(target.wanted, wanted.averageutilization(), name, container,
                                   std::move(measured), target.tolerance);
    if (!proposal)
        return failed(failure,
                      fmt::format("failed to get {} {}: {}", name, plain ? "usage" : "utilization",
                                  proposal.error().message),
                      what);
    Evaluation out;
    out.name = fmt::format("{} {}resource{}", name, one ? "container " : "",
                           plain ? "" : " utilization (percentage of request)");
    out.status.set_type(spec.type());
    if (one) {
        out.status.mutable_containerresource()->set_name(name);
        out.status.mutable_containerresource()->set_container(container);
        setAverage(*out.status.mutable_containerresource()->mutable_current(), *proposal);
    } else {
        out.status.mutable_resource()->set_name(name);
        setAverage(*out.status.mutable_resource()->mutable_current(), *proposal);
    }
    out.value = plain ? milliText(proposal->milli) : fmt::format("{}%", proposal->percent.value_or(0));
    out.target =
        plain ? milliText(milliOf(wanted.averagevalue())) : fmt::format("{}%", wanted.averageutilization());
    out.proposal = std::move(*proposal);
    return out;
}

Evaluation MetricReader::pods(const Metric& spec, const Target& target, const ReplicaMath& math,
                              const Got& got) {
    const hpa::PodsMetricSource& of = spec.pods();
    const std::int64_t wanted = milliOf(of.target().averagevalue());
    Readings measured;
    if (got)
        for (const CustomMetrics::Value& value : *got)
            measured[value.pod] = {value.milli, value.at, value.window};
    auto proposal =
        !got
            ? Result<Proposal>(fail(got.error().reason, fmt::format("unable to get metric {}: {}",
                                                                    of.metric().name(), got.error().message)))
            : math.average(target.wanted, wanted, "", std::move(measured), target.tolerance);
    if (!proposal) return failed("FailedGetPodsMetric", proposal.error().message, "pods metric value");
    Evaluation out;
    out.name = fmt::format("pods metric {}", of.metric().name());
    out.status.set_type("Pods");
    *out.status.mutable_pods()->mutable_metric() = of.metric();
    setAverage(*out.status.mutable_pods()->mutable_current(), *proposal);
    out.value = milliText(proposal->milli);
    out.target = milliText(wanted);
    out.proposal = std::move(*proposal);
    return out;
}

Evaluation MetricReader::object(const Metric& spec, const Target& target, const ReplicaMath& math,
                                const Got& got) {
    const hpa::ObjectMetricSource& of = spec.object();
    const bool perPod = of.target().type() == "AverageValue";
    const std::int64_t wanted = milliOf(perPod ? of.target().averagevalue() : of.target().value());
    const std::string& name = of.metric().name();
    if (!got)
        return failed("FailedGetObjectMetric",
                      fmt::format("{}unable to get metric {}: {} on {} {}/{}",
                                  perPod ? fmt::format("failed to get {} object metric: ", name) : "", name,
                                  of.describedobject().kind(), target.nameSpace, of.describedobject().name(),
                                  got.error().message),
                      "object metric value");
    auto proposal = proposalOf(sumOf(*got), wanted, perPod, target, math);
    if (!proposal) return failed("FailedGetObjectMetric", proposal.error().message, "object metric value");
    Evaluation out;
    out.name = perPod ? fmt::format("external metric {}({})", name, shown(of.metric()))
                      : fmt::format("{} metric {}", of.describedobject().kind(), name);
    out.status.set_type("Object");
    hpa::ObjectMetricStatus& status = *out.status.mutable_object();
    *status.mutable_metric() = of.metric();
    *status.mutable_describedobject() = of.describedobject();
    setCurrent(*status.mutable_current(), perPod, *proposal);
    out.value = milliText(proposal->milli);
    out.target = milliText(wanted);
    out.proposal = std::move(*proposal);
    return out;
}

Evaluation MetricReader::external(const Metric& spec, const Target& target, const ReplicaMath& math,
                                  const Got& got) {
    const hpa::ExternalMetricSource& of = spec.external();
    const bool perPod = of.target().has_averagevalue();
    const std::int64_t wanted = milliOf(perPod ? of.target().averagevalue() : of.target().value());
    const std::string& name = of.metric().name();
    const auto failedWith = [&](const std::string& why) {
        return failed("FailedGetExternalMetric",
                      perPod ? fmt::format("failed to get {} external metric: {}", name, why)
                             : fmt::format("failed to get external metric {}: {}", name, why),
                      fmt::format("{} external metric value", name));
    };
    if (!got)
        return failedWith(fmt::format("unable to get external metric {}/{}/{}: {}", target.nameSpace, name,
                                      shown(of.metric()), got.error().message));
    auto proposal = proposalOf(sumOf(*got), wanted, perPod, target, math);
    if (!proposal) return failedWith(proposal.error().message);
    Evaluation out;
    out.name = fmt::format("external metric {}({})", name, shown(of.metric()));
    out.status.set_type("External");
    hpa::ExternalMetricStatus& status = *out.status.mutable_external();
    *status.mutable_metric() = of.metric();
    setCurrent(*status.mutable_current(), perPod, *proposal);
    out.value = milliText(proposal->milli);
    out.target = milliText(wanted);
    out.proposal = std::move(*proposal);
    return out;
}

} // namespace wheelhouse::autoscaling
