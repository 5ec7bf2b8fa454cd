#include "engine/api/codec.h"
#include "engine/api/groups/autoscaling2.h"
#include "engine/api/quantity.h"
#include "semantics/kind_rules.h"

#include <array>

namespace wheelhouse::api::semantics {

namespace {

namespace hpa = autoscaling2;

const Path spec("spec");
constexpr std::int32_t longestWindow = 3600;
constexpr std::int32_t longestPeriod = 1800;

bool positive(const resource::Quantity& quantity) {
    const auto parsed = Quantity::parse(quantity.string());
    return parsed && *parsed > Quantity();
}

void validateNames(const std::string& kind, const std::string& name, const Path& path, Problems& problems) {
    for (const auto& [field, value] : {std::pair("kind", kind), std::pair("name", name)}) {
        if (value.empty())
            problems.required(path.child(field));
        else
            problems.invalid(path.child(field), value, pathSegment(value));
    }
}

void validateMetric(const hpa::MetricIdentifier& metric, const Path& path, Problems& problems) {
    if (metric.name().empty())
        problems.required(path.child("name"), "must specify a metric name");
    else
        problems.invalid(path.child("name"), metric.name(), pathSegment(metric.name()));
}

void validateTarget(const hpa::MetricTarget& target, const Path& path, Problems& problems) {
    const std::string& type = target.type();
    if (type.empty()) problems.required(path.child("type"), "must specify a metric target type");
    if (type != "Utilization" && type != "Value" && type != "AverageValue")
        problems.invalid(path.child("type"), type, "must be either Utilization, Value, or AverageValue");
    if (target.has_value() && !positive(target.value()))
        problems.invalid(path.child("value"), target.value().string(), "must be positive");
    if (target.has_averagevalue() && !positive(target.averagevalue()))
        problems.invalid(path.child("averageValue"), target.averagevalue().string(), "must be positive");
    if (target.has_averageutilization() && target.averageutilization() < 1)
        problems.invalid(path.child("averageUtilization"), target.averageutilization(),
                         "must be greater than 0");
}

void validateObject(const hpa::ObjectMetricSource& of, const Path& path, Problems& problems) {
    validateNames(of.describedobject().kind(), of.describedobject().name(), path.child("describedObject"),
                  problems);
    validateMetric(of.metric(), path.child("metric"), problems);
    const Path target = path.child("target");
    validateTarget(of.target(), target, problems);
    if (!of.target().has_value() && !of.target().has_averagevalue())
        problems.required(target.child("averageValue"), "must set either a target value or averageValue");
}

void validateExternal(const hpa::ExternalMetricSource& of, const Path& path, Problems& problems) {
    validateMetric(of.metric(), path.child("metric"), problems);
    const Path target = path.child("target");
    validateTarget(of.target(), target, problems);
    if (!of.target().has_value() && !of.target().has_averagevalue())
        problems.required(target.child("averageValue"),
                          "must set either a target value for metric or a per-pod target");
    if (of.target().has_value() && of.target().has_averagevalue())
        problems.forbidden(target.child("value"),
                           "may not set both a target value for metric and a per-pod target");
}

void validatePods(const hpa::PodsMetricSource& of, const Path& path, Problems& problems) {
    validateMetric(of.metric(), path.child("metric"), problems);
    const Path target = path.child("target");
    validateTarget(of.target(), target, problems);
    if (!of.target().has_averagevalue() || !positive(of.target().averagevalue()))
        problems.required(target.child("averageValue"), "must specify a positive target averageValue");
}

void validateResource(const std::string& name, const hpa::MetricTarget& of, const Path& path,
                      Problems& problems) {
    if (name.empty()) problems.required(path.child("name"), "must specify a resource name");
    const Path target = path.child("target");
    validateTarget(of, target, problems);
    if (!of.has_averageutilization() && !of.has_averagevalue())
        problems.required(target.child("averageUtilization"),
                          "must set either a target raw value or a target utilization");
    if (of.has_averageutilization() && of.has_averagevalue())
        problems.forbidden(target.child("averageValue"),
                           "may not set both a target raw value and a target utilization");
}

/// The fields of a metric in the order they are looked at, and which of them is given.
struct Source {
    const char* type;
    const char* field;
    bool given;
};

std::array<Source, 5> sourcesOf(const hpa::MetricSpec& metric) {
    return {{{"Object", "object", metric.has_object()},
             {"External", "external", metric.has_external()},
             {"Pods", "pods", metric.has_pods()},
             {"Resource", "resource", metric.has_resource()},
             {"ContainerResource", "containerResource", metric.has_containerresource()}}};
}

void validateSource(const hpa::MetricSpec& metric, std::string_view field, const Path& path,
                    Problems& problems) {
    if (field == "object") return validateObject(metric.object(), path, problems);
    if (field == "external") return validateExternal(metric.external(), path, problems);
    if (field == "pods") return validatePods(metric.pods(), path, problems);
    if (field == "resource")
        return validateResource(metric.resource().name(), metric.resource().target(), path, problems);
    if (metric.containerresource().container().empty())
        problems.required(path.child("container"), "must specify a container");
    validateResource(metric.containerresource().name(), metric.containerresource().target(), path, problems);
}

void validateMetricSpec(const hpa::MetricSpec& metric, const Path& path, Problems& problems) {
    static const std::vector<std::string> types = {"ContainerResource", "External", "Object", "Pods",
                                                   "Resource"};
    if (metric.type().empty()) problems.required(path.child("type"), "must specify a metric source type");
    bool known = false;
    bool expected = false;
    int count = 0;
    for (const Source& source : sourcesOf(metric)) {
        const bool asked = metric.type() == source.type;
        known = known || asked;
        expected = expected || (asked && source.given);
        if (source.given && ++count == 1)
            validateSource(metric, source.field, path.child(source.field), problems);
    }
    if (!known) return problems.notSupported(path.child("type"), metric.type(), types);
    for (const Source& source : sourcesOf(metric)) {
        const bool asked = metric.type() == source.type;
        if (asked && !expected)
            problems.required(path.child(source.field),
                              "must populate information for the given metric source");
        if (!asked && source.given)
            problems.forbidden(path.child(source.field), "must populate the given metric source only");
    }
}

void validateScalingRules(const hpa::HPAScalingRules& rules, const Path& path, Problems& problems) {
    const Path window = path.child("stabilizationWindowSeconds");
    if (rules.has_stabilizationwindowseconds() && rules.stabilizationwindowseconds() < 0)
        problems.invalid(window, rules.stabilizationwindowseconds(), "must be greater than or equal to zero");
    if (rules.stabilizationwindowseconds() > longestWindow)
        problems.invalid(window, rules.stabilizationwindowseconds(), "must be less than or equal to 3600");
    if (rules.has_selectpolicy())
        problems.oneOf(path.child("selectPolicy"), rules.selectpolicy(), {"Disabled", "Max", "Min"});
    if (rules.policies().empty())
        problems.required(path.child("policies"), "must specify at least one Policy");
    for (int i = 0; i < rules.policies_size(); ++i) {
        const hpa::HPAScalingPolicy& policy = rules.policies(i);
        const Path at = path.child("policies").index(static_cast<std::size_t>(i));
        if (policy.type() != "Percent" && policy.type() != "Pods")
            problems.notSupported(at.child("type"), policy.type(), {"Percent", "Pods"});
        if (policy.value() <= 0)
            problems.invalid(at.child("value"), policy.value(), "must be greater than zero");
        if (policy.periodseconds() <= 0)
            problems.invalid(at.child("periodSeconds"), policy.periodseconds(), "must be greater than zero");
        if (policy.periodseconds() > longestPeriod)
            problems.invalid(at.child("periodSeconds"), policy.periodseconds(),
                             "must be less than or equal to 1800");
    }
}

void checkAutoscaler(const hpa::HorizontalPodAutoscaler& object, Problems& problems) {
    const hpa::HorizontalPodAutoscalerSpec& of = object.spec();
    if (of.has_minreplicas() && of.minreplicas() < 1)
        problems.invalid(spec.child("minReplicas"), of.minreplicas(), "must be greater than or equal to 1");
    if (of.maxreplicas() < 1)
        problems.invalid(spec.child("maxReplicas"), of.maxreplicas(), "must be greater than 0");
    if (of.has_minreplicas() && of.maxreplicas() < of.minreplicas())
        problems.invalid(spec.child("maxReplicas"), of.maxreplicas(),
                         "must be greater than or equal to `minReplicas`");
    validateNames(of.scaletargetref().kind(), of.scaletargetref().name(), spec.child("scaleTargetRef"),
                  problems);
    for (int i = 0; i < of.metrics_size(); ++i)
        validateMetricSpec(of.metrics(i), spec.child("metrics").index(static_cast<std::size_t>(i)), problems);
    if (!of.has_behavior()) return;
    const Path behavior = spec.child("behavior");
    if (of.behavior().has_scaleup())
        validateScalingRules(of.behavior().scaleup(), behavior.child("scaleUp"), problems);
    if (of.behavior().has_scaledown())
        validateScalingRules(of.behavior().scaledown(), behavior.child("scaleDown"), problems);
}

void addPolicy(hpa::HPAScalingRules& rules, const char* type, std::int32_t value) {
    hpa::HPAScalingPolicy& policy = *rules.add_policies();
    policy.set_type(type);
    policy.set_value(value);
    policy.set_periodseconds(15);
}

void defaultAutoscaler(hpa::HorizontalPodAutoscaler& object) {
    hpa::HorizontalPodAutoscalerSpec& of = *object.mutable_spec();
    if (!of.has_minreplicas()) of.set_minreplicas(1);
    if (of.metrics().empty()) {
        hpa::MetricSpec& metric = *of.add_metrics();
        metric.set_type("Resource");
        metric.mutable_resource()->set_name("cpu");
        metric.mutable_resource()->mutable_target()->set_type("Utilization");
        metric.mutable_resource()->mutable_target()->set_averageutilization(80);
    }
    if (!of.has_behavior()) return;
    hpa::HPAScalingRules& up = *of.mutable_behavior()->mutable_scaleup();
    if (!up.has_stabilizationwindowseconds()) up.set_stabilizationwindowseconds(0);
    if (!up.has_selectpolicy()) up.set_selectpolicy("Max");
    if (up.policies().empty()) {
        addPolicy(up, "Pods", 4);
        addPolicy(up, "Percent", 100);
    }
    hpa::HPAScalingRules& down = *of.mutable_behavior()->mutable_scaledown();
    if (!down.has_selectpolicy()) down.set_selectpolicy("Max");
    if (down.policies().empty()) addPolicy(down, "Percent", 100);
}

// -------------------------------------------------------------------------------------------------------
// disruption budgets

void checkBudget(const policy::PodDisruptionBudget& budget, Problems& problems) {
    const policy::PodDisruptionBudgetSpec& of = budget.spec();
    if (of.has_minavailable() && of.has_maxunavailable())
        problems.invalidJson(spec, encodeJson(of), "minAvailable and maxUnavailable cannot be both set");
    if (of.has_minavailable()) validateAmount(of.minavailable(), spec.child("minAvailable"), true, problems);
    if (of.has_maxunavailable())
        validateAmount(of.maxunavailable(), spec.child("maxUnavailable"), true, problems);
    if (of.has_unhealthypodevictionpolicy() && of.unhealthypodevictionpolicy() != "IfHealthyBudget" &&
        of.unhealthypodevictionpolicy() != "AlwaysAllow")
        problems.notSupported(spec.child("unhealthyPodEvictionPolicy"), of.unhealthypodevictionpolicy(),
                              {"IfHealthyBudget", "AlwaysAllow"});
    validateLabelSelector(of.selector(), spec.child("selector"), problems);
}

} // namespace

KindRuleList scalingRules() {
    static const KindRules all[] = {{.type = hpa::HorizontalPodAutoscaler::descriptor(),
                                     .defaults = on<hpa::HorizontalPodAutoscaler, defaultAutoscaler>,
                                     .check = checks<hpa::HorizontalPodAutoscaler, checkAutoscaler>},
                                    {.type = policy::PodDisruptionBudget::descriptor(),
                                     .generations = true,
                                     .check = checks<policy::PodDisruptionBudget, checkBudget>}};
    return all;
}

} // namespace wheelhouse::api::semantics
