#include "engine/api/groups/metric_lab.h"
#include "engine/api/quantity.h"
#include "semantics/lab_kinds.h"

namespace wheelhouse::api::semantics {

namespace {

const Path spec("spec");

void checkSubject(const lab::Metric& metric, Problems& problems) {
    const lab::MetricSubject& subject = metric.spec().describedobject();
    const Path path = spec.child("describedObject");
    if (subject.kind().empty()) problems.required(path.child("kind"));
    if (subject.name().empty())
        problems.required(path.child("name"));
    else
        problems.invalid(path.child("name"), subject.name(), pathSegment(subject.name()));
    if (subject.kind() == "Namespace") {
        if (subject.name() != metric.metadata().namespace_())
            problems.invalid(path.child("name"), subject.name(), "must be the namespace of this object");
        return;
    }
    const Kind* kind = findKind(subject.apiversion(), subject.kind());
    if (kind != nullptr && !kind->namespaced)
        problems.invalid(path.child("kind"), subject.kind(),
                         "must be of an object of the same namespace, or of the namespace itself");
}

void checkMetric(const lab::Metric& metric, Problems& problems) {
    const lab::MetricSpec& of = metric.spec();
    if (!of.metric().empty()) problems.invalid(spec.child("metric"), of.metric(), pathSegment(of.metric()));
    if (of.has_describedobject()) checkSubject(metric, problems);
    validateLabels(of.labels(), spec.child("labels"), problems);
    if (!of.has_value())
        problems.required(spec.child("value"));
    else if (Quantity::parse(of.value().string()).value_or(Quantity()) < Quantity())
        problems.invalid(spec.child("value"), of.value().string(), "must be greater than or equal to 0");
}

} // namespace

KindRuleList metricRules() {
    static const KindRules all[] = {
        {.type = lab::Metric::descriptor(), .generations = true, .check = checks<lab::Metric, checkMetric>}};
    return all;
}

} // namespace wheelhouse::api::semantics
