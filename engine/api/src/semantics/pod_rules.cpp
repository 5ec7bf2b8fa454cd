#include "engine/api/codec.h"
#include "semantics/pod_part_rules.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

const Path metadata("metadata");
const Path specPath("spec");

void validateDns(const core::PodSpec& spec, const Path& path, Problems& problems) {
    static const std::vector<std::string> policies = {"ClusterFirstWithHostNet", "ClusterFirst", "Default",
                                                      "None"};
    problems.oneOf(path.child("dnsPolicy"), spec.dnspolicy(), policies);
    const core::PodDNSConfig& config = spec.dnsconfig();
    const Path at = path.child("dnsConfig");
    if (spec.dnspolicy() == "None" && config.nameservers().empty()) {
        problems.required(spec.has_dnsconfig() ? at.child("nameservers") : at,
                          "must provide at least one DNS nameserver when `dnsPolicy` is None");
    }
    if (config.nameservers_size() > 3) {
        problems.invalidJson(at.child("nameservers"), std::to_string(config.nameservers_size()),
                             "must not have more than 3 nameservers");
    }
    for (int i = 0; i < config.nameservers_size(); ++i) {
        problems.invalid(at.child("nameservers").index(static_cast<std::size_t>(i)), config.nameservers(i),
                         ipAddress(config.nameservers(i)));
    }
}

void validateHostAliases(const core::PodSpec& spec, const Path& path, Problems& problems) {
    for (int i = 0; i < spec.hostaliases_size(); ++i) {
        const core::HostAlias& alias = spec.hostaliases(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        problems.invalid(at.child("ip"), alias.ip(), ipAddress(alias.ip()));
        for (int k = 0; k < alias.hostnames_size(); ++k) {
            problems.invalid(at.child("hostnames").index(static_cast<std::size_t>(k)), alias.hostnames(k),
                             dnsSubdomain(alias.hostnames(k)));
        }
    }
}

void validateNames(const core::PodSpec& spec, const Path& path, Problems& problems) {
    const auto check = [&](std::string_view field, const std::string& value, NameRule rule) {
        if (!value.empty()) problems.invalid(path.child(field), value, rule(value));
    };
    check("serviceAccountName", spec.serviceaccountname(), dnsSubdomain);
    check("nodeName", spec.nodename(), dnsSubdomain);
    check("hostname", spec.hostname(), dnsLabel);
    check("subdomain", spec.subdomain(), dnsLabel);
    check("priorityClassName", spec.priorityclassname(), dnsSubdomain);
    check("schedulerName", spec.schedulername(), dnsSubdomain);
    if (spec.has_runtimeclassname()) check("runtimeClassName", spec.runtimeclassname(), dnsSubdomain);
}

void validateGates(const core::PodSpec& spec, const Path& path, Problems& problems) {
    std::set<std::string> names;
    for (int i = 0; i < spec.schedulinggates_size(); ++i) {
        const std::string& name = spec.schedulinggates(i).name();
        const Path at = path.child("schedulingGates").index(static_cast<std::size_t>(i));
        problems.invalid(at, name, qualifiedName(name));
        if (!names.insert(name).second) problems.duplicate(at, name);
    }
    if (spec.schedulinggates_size() > 0 && !spec.nodename().empty()) {
        problems.forbidden(path.child("nodeName"),
                           "cannot be set until all schedulingGates have been cleared");
    }
}

/// What a pod update may change: images, the deadline, added tolerations, removed gates. Everything else is
/// put back in `munged` so that what still differs is what may not.
core::PodSpec withAllowedChangesUndone(const core::Pod& pod, const core::Pod& old) {
    core::PodSpec munged = pod.spec();
    const core::PodSpec& before = old.spec();
    const auto undoImages = [](auto& now, const auto& was) {
        for (int i = 0; i < now.size() && i < was.size(); ++i)
            now[i].set_image(was.Get(i).image());
    };
    undoImages(*munged.mutable_containers(), before.containers());
    undoImages(*munged.mutable_initcontainers(), before.initcontainers());
    if (before.has_activedeadlineseconds()) {
        munged.set_activedeadlineseconds(before.activedeadlineseconds());
    } else {
        munged.clear_activedeadlineseconds();
    }
    *munged.mutable_tolerations() = before.tolerations();
    *munged.mutable_schedulinggates() = before.schedulinggates();
    if (before.terminationgraceperiodseconds() < 0 && munged.terminationgraceperiodseconds() == 1) {
        munged.set_terminationgraceperiodseconds(before.terminationgraceperiodseconds());
    }
    // A pod that waits behind a gate may still narrow where it goes.
    if (before.schedulinggates_size() > 0) {
        *munged.mutable_nodeselector() = before.nodeselector();
        if (before.has_affinity()) {
            *munged.mutable_affinity() = before.affinity();
        } else {
            munged.clear_affinity();
        }
    }
    return munged;
}

std::string changedFields(const core::PodSpec& now, const core::PodSpec& old) {
    std::string out;
    const auto* type = now.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
        const auto* field = type->field(i);
        core::PodSpec a;
        core::PodSpec b;
        const std::vector<const google::protobuf::FieldDescriptor*> one = {field};
        core::PodSpec nowCopy = now;
        core::PodSpec oldCopy = old;
        a.GetReflection()->SwapFields(&a, &nowCopy, one);
        b.GetReflection()->SwapFields(&b, &oldCopy, one);
        if (!sameMessage(a, b)) out += (out.empty() ? "spec." : ", spec.") + field->name();
    }
    return out;
}

void validateDeadlineChange(const core::PodSpec& now, const core::PodSpec& old, Problems& problems) {
    const Path path = specPath.child("activeDeadlineSeconds");
    if (now.has_activedeadlineseconds()) {
        if (now.activedeadlineseconds() < 0 || now.activedeadlineseconds() > 2147483647) {
            problems.between(path, now.activedeadlineseconds(), 0, 2147483647);
        } else if (old.has_activedeadlineseconds() &&
                   old.activedeadlineseconds() < now.activedeadlineseconds()) {
            problems.invalid(path, now.activedeadlineseconds(),
                             "must be less than or equal to previous value");
        }
    } else if (old.has_activedeadlineseconds()) {
        problems.invalidJson(path, "null", "must not update from a positive integer to nil value");
    }
}

void validateTolerationChange(const core::PodSpec& now, const core::PodSpec& old, Problems& problems) {
    const auto stillThere = [&](const core::Toleration& was) {
        return std::any_of(now.tolerations().begin(), now.tolerations().end(),
                           [&](const core::Toleration& is) {
                               return is.key() == was.key() && is.operator_() == was.operator_() &&
                                      is.value() == was.value() && is.effect() == was.effect();
                           });
    };
    if (!std::all_of(old.tolerations().begin(), old.tolerations().end(), stillThere)) {
        problems.forbidden(specPath.child("tolerations"),
                           "existing toleration can not be modified except its tolerationSeconds");
    }
}

} // namespace

void validatePodSpec(const core::PodSpec& spec, const Path& path, Problems& problems) {
    static const std::vector<std::string> restartPolicies = {"Always", "OnFailure", "Never"};
    validateVolumes(spec, path.child("volumes"), problems);
    validateContainers(spec, path, problems);
    validateEphemeralContainers(spec, path.child("ephemeralContainers"), problems);
    problems.oneOf(path.child("restartPolicy"), spec.restartpolicy(), restartPolicies);
    validateDns(spec, path, problems);
    validateLabels(spec.nodeselector(), path.child("nodeSelector"), problems);
    validateNames(spec, path, problems);
    if (spec.has_activedeadlineseconds()) {
        problems.between(path.child("activeDeadlineSeconds"), spec.activedeadlineseconds(), 1, 2147483647);
    }
    if (spec.has_affinity()) validateAffinity(spec.affinity(), path.child("affinity"), problems);
    validateTolerations(spec.tolerations(), path.child("tolerations"), problems);
    validateHostAliases(spec, path.child("hostAliases"), problems);
    validateTopologySpread(spec, path.child("topologySpreadConstraints"), problems);
    for (int i = 0; i < spec.readinessgates_size(); ++i) {
        const std::string& type = spec.readinessgates(i).conditiontype();
        problems.invalid(
            path.child("readinessGates").index(static_cast<std::size_t>(i)).child("conditionType"), type,
            qualifiedName(type));
    }
    validateGates(spec, path, problems);
    validatePodSecurity(spec, path.child("securityContext"), problems);
    if (spec.shareprocessnamespace() && spec.hostpid()) {
        problems.invalidJson(path.child("shareProcessNamespace"), "true",
                             "ShareProcessNamespace and HostPID cannot both be enabled");
    }
}

void validatePodTemplate(const core::PodTemplateSpec& podTemplate, const Path& path, Problems& problems) {
    validateLabels(podTemplate.metadata().labels(), path.child("metadata").child("labels"), problems);
    validateAnnotations(podTemplate.metadata().annotations(), path.child("metadata").child("annotations"),
                        problems);
    validatePodSpec(podTemplate.spec(), path.child("spec"), problems);
    if (podTemplate.spec().ephemeralcontainers_size() > 0) {
        problems.forbidden(path.child("spec").child("ephemeralContainers"),
                           "ephemeral containers not allowed in pod template");
    }
}

void validate(const core::Pod& pod, Problems& problems) {
    validateMeta(pod.metadata(), true, dnsSubdomain, metadata, problems);
    validatePodSpec(pod.spec(), specPath, problems);
}

void validateChange(const core::Pod& pod, const core::Pod& old, Problems& problems) {
    validateMetaUpdate(pod.metadata(), old.metadata(), metadata, problems);
    const core::PodSpec& now = pod.spec();
    const core::PodSpec& before = old.spec();
    if (sameMessage(now, before)) return;
    if (now.containers_size() != before.containers_size()) {
        problems.forbidden(specPath.child("containers"), "pod updates may not add or remove containers");
        return;
    }
    if (now.initcontainers_size() != before.initcontainers_size()) {
        problems.forbidden(specPath.child("initContainers"), "pod updates may not add or remove containers");
        return;
    }
    validateDeadlineChange(now, before, problems);
    validateTolerationChange(now, before, problems);
    std::set<std::string> gates;
    for (const auto& gate : before.schedulinggates())
        gates.insert(gate.name());
    for (const auto& gate : now.schedulinggates()) {
        if (gates.contains(gate.name())) continue;
        problems.forbidden(
            specPath.child("schedulingGates"),
            fmt::format("only deletion is allowed, but found new scheduling gate '{}'", gate.name()));
    }
    const core::PodSpec munged = withAllowedChangesUndone(pod, old);
    if (sameMessage(munged, before)) return;
    problems.forbidden(
        specPath,
        "pod updates may not change fields other than `spec.containers[*].image`,"
        "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to "
        "existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
        "previously negative)\n"
        "changed: " +
            changedFields(munged, before));
}

} // namespace wheelhouse::api::semantics
