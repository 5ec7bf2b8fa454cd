#include "engine/api/codec.h"
#include "semantics/kind_rules.h"
#include "semantics/pod_defaults.h"
#include "json/value.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace wheelhouse::api::semantics {

namespace {

const Path spec("spec");

/// Pods that are kept running are restarted, always, and have no deadline.
void requireLasting(const core::PodSpec& pod, const Path& path, std::string_view kind, Problems& problems) {
    const Path policy = path.child("restartPolicy");
    if (!pod.restartpolicy().empty() && pod.restartpolicy() != "Always" && !problems.concerns(policy))
        problems.notSupported(policy, pod.restartpolicy(), {"Always"});
    if (pod.has_activedeadlineseconds())
        problems.forbidden(path.child("activeDeadlineSeconds"),
                           fmt::format("activeDeadlineSeconds in {} is not Supported", kind));
}

void set(IntOrString& value, int number) {
    value.set_type(0);
    value.set_intval(number);
}

// -------------------------------------------------------------------------------------------------------
// stateful sets

void validateStatefulStrategy(const apps::StatefulSetUpdateStrategy& strategy, Problems& problems) {
    const Path path = spec.child("updateStrategy");
    const Path rolling = path.child("rollingUpdate");
    if (strategy.type().empty()) {
        problems.required(path);
    } else if (strategy.type() == "OnDelete") {
        if (strategy.has_rollingupdate())
            problems.invalidJson(rolling, encodeJson(strategy.rollingupdate()),
                                 "only allowed for updateStrategy 'RollingUpdate'");
    } else if (strategy.type() == "RollingUpdate") {
        if (!strategy.has_rollingupdate()) return;
        problems.nonNegative(rolling.child("partition"), strategy.rollingupdate().partition());
        if (!strategy.rollingupdate().has_maxunavailable()) return;
        const Path at = rolling.child("maxUnavailable");
        validateAmount(strategy.rollingupdate().maxunavailable(), at, true, problems);
        if (isZeroAmount(strategy.rollingupdate().maxunavailable())) problems.invalid(at, 0, "cannot be 0");
    } else {
        problems.invalidJson(path, encodeJson(strategy), "must be 'RollingUpdate' or 'OnDelete'");
    }
}

void validateRetention(const apps::StatefulSetPersistentVolumeClaimRetentionPolicy& policy,
                       Problems& problems) {
    static const std::vector<std::string> choices = {"Delete", "Retain"};
    const Path path = spec.child("persistentVolumeClaimRetentionPolicy");
    for (const auto& [name, value] :
         {std::pair("whenDeleted", policy.whendeleted()), std::pair("whenScaled", policy.whenscaled())})
        if (value != "Delete" && value != "Retain") problems.notSupported(path.child(name), value, choices);
}

void checkStatefulSet(const apps::StatefulSet& set, Problems& problems) {
    const apps::StatefulSetSpec& of = set.spec();
    const Path management = spec.child("podManagementPolicy");
    if (of.podmanagementpolicy().empty())
        problems.required(management);
    else if (of.podmanagementpolicy() != "OrderedReady" && of.podmanagementpolicy() != "Parallel")
        problems.invalid(management, of.podmanagementpolicy(), "must be 'OrderedReady' or 'Parallel'");
    validateStatefulStrategy(of.updatestrategy(), problems);
    if (of.has_persistentvolumeclaimretentionpolicy())
        validateRetention(of.persistentvolumeclaimretentionpolicy(), problems);
    problems.nonNegative(spec.child("replicas"), of.replicas());
    problems.nonNegative(spec.child("minReadySeconds"), of.minreadyseconds());
    if (of.has_ordinals()) problems.nonNegative(spec.child("ordinals.start"), of.ordinals().start());
    if (of.has_revisionhistorylimit())
        problems.nonNegative(spec.child("revisionHistoryLimit"), of.revisionhistorylimit());
    if (!of.servicename().empty())
        problems.invalid(spec.child("serviceName"), of.servicename(), dnsLabel(of.servicename()));
    const Path selector = spec.child("selector");
    const Path pods = spec.child("template");
    if (!of.has_selector()) {
        problems.required(selector);
    } else {
        validateLabelSelector(of.selector(), selector, problems);
        if (of.selector().matchlabels().empty() && of.selector().matchexpressions().empty())
            problems.invalidJson(selector, "{}", "empty selector is invalid for statefulset");
        requireMatch(of.selector(), of.template_(), pods, problems);
    }
    // Claims become volumes of the pods; a mount of one is no mistake.
    core::PodTemplateSpec complete = of.template_();
    for (const core::PersistentVolumeClaim& claim : of.volumeclaimtemplates()) {
        const auto& volumes = complete.spec().volumes();
        const bool there = std::any_of(volumes.begin(), volumes.end(), [&](const core::Volume& volume) {
            return volume.name() == claim.metadata().name();
        });
        if (there) continue;
        core::Volume& volume = *complete.mutable_spec()->add_volumes();
        volume.set_name(claim.metadata().name());
        volume.mutable_volumesource()->mutable_persistentvolumeclaim()->set_claimname("claim");
    }
    validatePodTemplate(complete, pods, problems);
    requireLasting(of.template_().spec(), pods.child("spec"), "StatefulSet", problems);
}

void checkStatefulSetChange(const apps::StatefulSet& set, const apps::StatefulSet& old, Problems& problems) {
    apps::StatefulSetSpec now = set.spec();
    apps::StatefulSetSpec before = old.spec();
    for (apps::StatefulSetSpec* each : {&now, &before}) {
        each->clear_replicas();
        each->clear_ordinals();
        each->clear_template_();
        each->clear_updatestrategy();
        each->clear_revisionhistorylimit();
        each->clear_persistentvolumeclaimretentionpolicy();
        each->clear_minreadyseconds();
    }
    if (sameMessage(now, before)) return;
    problems.forbidden(
        spec, "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
              "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
              "'minReadySeconds' are forbidden");
}

void defaultStatefulSet(apps::StatefulSet& object) {
    apps::StatefulSetSpec& of = *object.mutable_spec();
    if (of.podmanagementpolicy().empty()) of.set_podmanagementpolicy("OrderedReady");
    apps::StatefulSetUpdateStrategy& strategy = *of.mutable_updatestrategy();
    if (strategy.type().empty()) {
        strategy.set_type("RollingUpdate");
        if (!strategy.has_rollingupdate()) strategy.mutable_rollingupdate()->set_partition(0);
    }
    if (strategy.type() == "RollingUpdate" && strategy.has_rollingupdate() &&
        !strategy.rollingupdate().has_partition())
        strategy.mutable_rollingupdate()->set_partition(0);
    auto& retention = *of.mutable_persistentvolumeclaimretentionpolicy();
    if (retention.whendeleted().empty()) retention.set_whendeleted("Retain");
    if (retention.whenscaled().empty()) retention.set_whenscaled("Retain");
    if (!of.has_replicas()) of.set_replicas(1);
    if (!of.has_revisionhistorylimit()) of.set_revisionhistorylimit(10);
    for (core::PersistentVolumeClaim& claim : *of.mutable_volumeclaimtemplates()) {
        if (!claim.spec().has_volumemode()) claim.mutable_spec()->set_volumemode("Filesystem");
        if (claim.status().phase().empty()) claim.mutable_status()->set_phase("Pending");
    }
    defaultPodSpec(*of.mutable_template_()->mutable_spec());
}

// -------------------------------------------------------------------------------------------------------
// daemon sets

void validateDaemonStrategy(const apps::DaemonSetUpdateStrategy& strategy, Problems& problems) {
    const Path path = spec.child("updateStrategy");
    if (strategy.type() == "OnDelete") return;
    if (strategy.type() != "RollingUpdate") {
        problems.notSupported(path.child("type"), strategy.type(), {"RollingUpdate", "OnDelete"});
        return;
    }
    const Path rolling = path.child("rollingUpdate");
    if (!strategy.has_rollingupdate()) {
        problems.required(rolling);
        return;
    }
    const apps::RollingUpdateDaemonSet& limits = strategy.rollingupdate();
    const Path missing = rolling.child("maxUnavailable");
    const Path extra = rolling.child("maxSurge");
    validateAmount(limits.maxunavailable(), missing, true, problems);
    validateAmount(limits.maxsurge(), extra, true, problems);
    const bool noneMissing = isZeroAmount(limits.maxunavailable());
    const bool noneExtra = isZeroAmount(limits.maxsurge());
    if (!noneMissing && !noneExtra)
        problems.invalidJson(extra, encodeJson(limits.maxsurge()),
                             "may not be set when maxUnavailable is non-zero");
    if (noneMissing && noneExtra) problems.required(missing, "cannot be 0 when maxSurge is 0");
}

void checkDaemonSet(const apps::DaemonSet& set, Problems& problems) {
    const apps::DaemonSetSpec& of = set.spec();
    const Path selector = spec.child("selector");
    const Path pods = spec.child("template");
    validateLabelSelector(of.selector(), selector, problems);
    if (of.has_selector()) requireMatch(of.selector(), of.template_(), pods, problems);
    if (of.has_selector() && of.selector().matchlabels().empty() && of.selector().matchexpressions().empty())
        problems.invalidJson(selector, "{}", "empty selector is invalid for daemonset");
    if (!of.has_selector()) problems.required(selector);
    validatePodTemplate(of.template_(), pods, problems);
    requireLasting(of.template_().spec(), pods.child("spec"), "DaemonSet", problems);
    problems.nonNegative(spec.child("minReadySeconds"), of.minreadyseconds());
    validateDaemonStrategy(of.updatestrategy(), problems);
    if (of.has_revisionhistorylimit())
        problems.nonNegative(spec.child("revisionHistoryLimit"), of.revisionhistorylimit());
}

void checkDaemonSetChange(const apps::DaemonSet& set, const apps::DaemonSet& old, Problems& problems) {
    requireSame(set.spec().selector(), old.spec().selector(), spec.child("selector"), problems);
}

/// How often the template changed, as clients from before revisions read it.
constexpr const char* templateGeneration = "deprecated.daemonset.template.generation";

std::int64_t templateGenerationOf(const apps::DaemonSet& set) {
    const auto found = set.metadata().annotations().find(templateGeneration);
    std::int64_t number = 0;
    if (found != set.metadata().annotations().end())
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), number);
    return number;
}

void createDaemonSet(apps::DaemonSet& set) {
    (*set.mutable_metadata()->mutable_annotations())[templateGeneration] = "1";
}

void updateDaemonSet(apps::DaemonSet& now, const apps::DaemonSet& old, bool status) {
    if (status) return;
    const bool changed = !sameMessage(now.spec().template_(), old.spec().template_());
    (*now.mutable_metadata()->mutable_annotations())[templateGeneration] =
        std::to_string(templateGenerationOf(old) + changed);
}

void defaultDaemonSet(apps::DaemonSet& object) {
    apps::DaemonSetSpec& of = *object.mutable_spec();
    apps::DaemonSetUpdateStrategy& strategy = *of.mutable_updatestrategy();
    if (strategy.type().empty()) strategy.set_type("RollingUpdate");
    if (strategy.type() == "RollingUpdate") {
        apps::RollingUpdateDaemonSet& limits = *strategy.mutable_rollingupdate();
        if (!limits.has_maxunavailable()) set(*limits.mutable_maxunavailable(), 1);
        if (!limits.has_maxsurge()) set(*limits.mutable_maxsurge(), 0);
    }
    if (!of.has_revisionhistorylimit()) of.set_revisionhistorylimit(10);
    defaultPodSpec(*of.mutable_template_()->mutable_spec());
}

// -------------------------------------------------------------------------------------------------------
// revisions, templates, replication controllers

void checkRevision(const apps::ControllerRevision& revision, Problems& problems) {
    if (revision.data().raw().empty()) problems.required(Path("data"), "data is mandatory");
    problems.nonNegative(Path("revision"), revision.revision());
}

void checkRevisionChange(const apps::ControllerRevision& now, const apps::ControllerRevision& old,
                         Problems& problems) {
    requireSame(now.data(), old.data(), Path("data"), problems);
}

/// The same state in other words (a patch rewrites the escapes) stays as it was written: who keeps history
/// compares bytes.
void updateRevision(apps::ControllerRevision& now, const apps::ControllerRevision& old, bool) {
    const auto said = JsonValue::parse(now.data().raw());
    const auto meant = JsonValue::parse(old.data().raw());
    if (said && meant && *said == *meant) *now.mutable_data() = old.data();
}

void checkPodTemplateKind(const core::PodTemplate& object, Problems& problems) {
    validatePodTemplate(object.template_(), Path("template"), problems);
}

void defaultPodTemplate(core::PodTemplate& object) {
    defaultPodSpec(*object.mutable_template_()->mutable_spec());
}

void checkReplicationController(const core::ReplicationController& object, Problems& problems) {
    const core::ReplicationControllerSpec& of = object.spec();
    problems.nonNegative(spec.child("minReadySeconds"), of.minreadyseconds());
    const Path selector = spec.child("selector");
    const Path pods = spec.child("template");
    if (of.selector().empty()) problems.required(selector);
    problems.nonNegative(spec.child("replicas"), of.replicas());
    if (!of.has_template_()) {
        problems.required(pods);
        return;
    }
    const auto& labels = of.template_().metadata().labels();
    const bool matches = std::all_of(of.selector().begin(), of.selector().end(), [&](const auto& entry) {
        const auto found = labels.find(entry.first);
        return found != labels.end() && found->second == entry.second;
    });
    if (!matches)
        problems.invalidJson(pods.child("metadata").child("labels"), toJson(labels),
                             "`selector` does not match template `labels`");
    validatePodTemplate(of.template_(), pods, problems);
    requireLasting(of.template_().spec(), pods.child("spec"), "ReplicationController", problems);
}

void defaultReplicationController(core::ReplicationController& object) {
    core::ReplicationControllerSpec& of = *object.mutable_spec();
    if (of.has_template_()) {
        const auto labels = of.template_().metadata().labels();
        if (of.selector().empty()) *of.mutable_selector() = labels;
        if (object.metadata().labels().empty() && !labels.empty())
            *object.mutable_metadata()->mutable_labels() = labels;
        defaultPodSpec(*of.mutable_template_()->mutable_spec());
    }
    if (!of.has_replicas()) of.set_replicas(1);
    // The schema's own default had nothing to stand in where there was no spec.
    if (!of.has_minreadyseconds()) of.set_minreadyseconds(0);
}

} // namespace

KindRuleList statefulRules() {
    static const KindRules all[] = {
        {.type = apps::StatefulSet::descriptor(),
         .generations = true,
         .defaults = on<apps::StatefulSet, defaultStatefulSet>,
         .check = checks<apps::StatefulSet, checkStatefulSet>,
         .checkChange = compares<apps::StatefulSet, checkStatefulSetChange>},
        {.type = apps::DaemonSet::descriptor(),
         .generations = true,
         .defaults = on<apps::DaemonSet, defaultDaemonSet>,
         .check = checks<apps::DaemonSet, checkDaemonSet>,
         .checkChange = compares<apps::DaemonSet, checkDaemonSetChange>,
         .create = on<apps::DaemonSet, createDaemonSet>,
         .update = updates<apps::DaemonSet, updateDaemonSet>},
        {.type = apps::ControllerRevision::descriptor(),
         .check = checks<apps::ControllerRevision, checkRevision>,
         .checkChange = compares<apps::ControllerRevision, checkRevisionChange>,
         .update = updates<apps::ControllerRevision, updateRevision>},
        {.type = core::PodTemplate::descriptor(),
         .generations = true,
         .defaults = on<core::PodTemplate, defaultPodTemplate>,
         .check = checks<core::PodTemplate, checkPodTemplateKind>},
        {.type = core::ReplicationController::descriptor(),
         .generations = true,
         .defaults = on<core::ReplicationController, defaultReplicationController>,
         .check = checks<core::ReplicationController, checkReplicationController>}};
    return all;
}

} // namespace wheelhouse::api::semantics
