#include "engine/api/codec.h"
#include "engine/api/selector.h"
#include "semantics/kind_rules.h"

#include <fmt/format.h>
#include <map>

namespace wheelhouse::api::semantics {

namespace {

const Path metadata("metadata");
const Path spec("spec");

std::map<std::string, std::string> toMap(const StringMap& labels) {
    return {labels.begin(), labels.end()};
}

/// The selector and the template of a workload: the selector must be there, be well formed and pick the
/// template's pods.
void validateSelection(const meta::LabelSelector* selector, const core::PodTemplateSpec& podTemplate,
                       std::string_view kind, Problems& problems) {
    const Path at = spec.child("selector");
    if (selector == nullptr) {
        problems.required(at);
    } else {
        validateLabelSelector(*selector, at, problems);
        if (selector->matchlabels().empty() && selector->matchexpressions().empty()) {
            problems.invalidJson(at, "{}", fmt::format("empty selector is invalid for {}", kind));
        }
    }
    const Path templatePath = spec.child("template");
    if (selector != nullptr && !(selector->matchlabels().empty() && selector->matchexpressions().empty())) {
        const Result<LabelSelector> parsed = LabelSelector::from(*selector);
        const auto labels = toMap(podTemplate.metadata().labels());
        if (parsed && !parsed->matches(labels)) {
            problems.invalidJson(templatePath.child("metadata").child("labels"),
                                 toJson(podTemplate.metadata().labels()),
                                 "`selector` does not match template `labels`");
        }
    }
    validatePodTemplate(podTemplate, templatePath, problems);
    const core::PodSpec& pod = podTemplate.spec();
    if (!pod.restartpolicy().empty() && pod.restartpolicy() != "Always" &&
        !problems.concerns(templatePath.child("spec").child("restartPolicy"))) {
        problems.notSupported(templatePath.child("spec").child("restartPolicy"), pod.restartpolicy(),
                              {"Always"});
    }
    if (pod.has_activedeadlineseconds()) {
        problems.forbidden(templatePath.child("spec").child("activeDeadlineSeconds"),
                           fmt::format("activeDeadlineSeconds in {} is not Supported",
                                       kind == "deployment" ? "Deployment" : "ReplicaSet"));
    }
}

void validateStrategy(const apps::DeploymentStrategy& strategy, Problems& problems) {
    static const std::vector<std::string> types = {"Recreate", "RollingUpdate"};
    const Path path = spec.child("strategy");
    const Path rolling = path.child("rollingUpdate");
    if (strategy.type() == "Recreate") {
        if (strategy.has_rollingupdate()) {
            problems.forbidden(rolling, "may not be specified when strategy `type` is 'Recreate'");
        }
        return;
    }
    if (!problems.oneOf(path.child("type"), strategy.type(), types)) return;
    if (!strategy.has_rollingupdate()) {
        problems.required(rolling, "this should be defaulted and never be nil");
        return;
    }
    const apps::RollingUpdateDeployment& limits = strategy.rollingupdate();
    validateAmount(limits.maxunavailable(), rolling.child("maxUnavailable"), true, problems);
    validateAmount(limits.maxsurge(), rolling.child("maxSurge"), false, problems);
    if (isZeroAmount(limits.maxunavailable()) && isZeroAmount(limits.maxsurge())) {
        problems.invalid(rolling.child("maxUnavailable"), 0, "may not be 0 when `maxSurge` is 0");
    }
}

void validateSelectorChange(const meta::LabelSelector& now, const meta::LabelSelector& old,
                            Problems& problems) {
    if (sameMessage(now, old)) return;
    problems.invalidJson(spec.child("selector"), encodeJson(now), fieldIsImmutable);
}

} // namespace

void validate(const apps::Deployment& deployment, Problems& problems) {
    validateMeta(deployment.metadata(), true, dnsSubdomain, metadata, problems);
    const apps::DeploymentSpec& of = deployment.spec();
    problems.nonNegative(spec.child("replicas"), of.replicas());
    validateSelection(of.has_selector() ? &of.selector() : nullptr, of.template_(), "deployment", problems);
    validateStrategy(of.strategy(), problems);
    problems.nonNegative(spec.child("minReadySeconds"), of.minreadyseconds());
    if (of.has_revisionhistorylimit()) {
        problems.nonNegative(spec.child("revisionHistoryLimit"), of.revisionhistorylimit());
    }
    if (of.has_progressdeadlineseconds()) {
        const Path at = spec.child("progressDeadlineSeconds");
        problems.nonNegative(at, of.progressdeadlineseconds());
        if (of.progressdeadlineseconds() <= of.minreadyseconds()) {
            problems.invalid(at, of.progressdeadlineseconds(), "must be greater than minReadySeconds");
        }
    }
}

void validateChange(const apps::Deployment& deployment, const apps::Deployment& old, Problems& problems) {
    validateMetaUpdate(deployment.metadata(), old.metadata(), metadata, problems);
    validateSelectorChange(deployment.spec().selector(), old.spec().selector(), problems);
}

void validate(const apps::ReplicaSet& set, Problems& problems) {
    validateMeta(set.metadata(), true, dnsSubdomain, metadata, problems);
    const apps::ReplicaSetSpec& of = set.spec();
    problems.nonNegative(spec.child("replicas"), of.replicas());
    problems.nonNegative(spec.child("minReadySeconds"), of.minreadyseconds());
    validateSelection(of.has_selector() ? &of.selector() : nullptr, of.template_(), "replicaset", problems);
}

void validateChange(const apps::ReplicaSet& set, const apps::ReplicaSet& old, Problems& problems) {
    validateMetaUpdate(set.metadata(), old.metadata(), metadata, problems);
    validateSelectorChange(set.spec().selector(), old.spec().selector(), problems);
}

} // namespace wheelhouse::api::semantics
