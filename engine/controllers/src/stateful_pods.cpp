#include "stateful_pods.h"

#include <algorithm>
#include <charconv>
#include <google/protobuf/util/message_differencer.h>

namespace wheelhouse::controllers {

namespace {

constexpr const char* podNameLabel = "statefulset.kubernetes.io/pod-name";
constexpr const char* podIndexLabel = "apps.kubernetes.io/pod-index";
constexpr const char* revisionLabel = "controller-revision-hash";

bool isLabelled(const core::Pod& pod, const char* label, const std::string& value) {
    const auto found = pod.metadata().labels().find(label);
    return found != pod.metadata().labels().end() && found->second == value;
}

bool isSet(const meta::OwnerReference& reference, const apps::StatefulSet& set) {
    return reference.apiversion() == "apps/v1" && reference.kind() == "StatefulSet" &&
           reference.name() == set.metadata().name();
}

bool isPod(const meta::OwnerReference& reference, const std::string& name) {
    return reference.apiversion() == "v1" && reference.kind() == "Pod" && reference.name() == name;
}

bool deletes(const std::string& policy) {
    return policy == "Delete";
}

meta::OwnerReference controllerOf(const char* apiVersion, const char* kind, const std::string& name,
                                  const std::string& uid) {
    meta::OwnerReference reference;
    reference.set_apiversion(apiVersion);
    reference.set_kind(kind);
    reference.set_name(name);
    reference.set_uid(uid);
    reference.set_controller(true);
    reference.set_blockownerdeletion(true);
    return reference;
}

} // namespace

int ordinalIn(const std::string& podName, const std::string& setName) {
    if (podName.size() < setName.size() + 2 || podName.compare(0, setName.size(), setName) != 0 ||
        podName[setName.size()] != '-')
        return -1;
    const char* from = podName.data() + setName.size() + 1;
    const char* to = podName.data() + podName.size();
    int ordinal = -1;
    const auto parsed = std::from_chars(from, to, ordinal);
    return parsed.ec == std::errc() && parsed.ptr == to && ordinal >= 0 ? ordinal : -1;
}

std::string statefulPodName(const apps::StatefulSet& set, int ordinal) {
    return set.metadata().name() + "-" + std::to_string(ordinal);
}

int firstOrdinal(const apps::StatefulSet& set) {
    return set.spec().ordinals().start();
}

bool wantsOrdinal(const apps::StatefulSet& set, int ordinal) {
    return ordinal >= firstOrdinal(set) && ordinal < firstOrdinal(set) + set.spec().replicas();
}

core::Pod statefulPod(const ObjectPtr& owner, const apps::StatefulSet& set,
                      const core::PodTemplateSpec& podTemplate, const std::string& revision, int ordinal) {
    core::Pod pod = podFromTemplate(owner, podTemplate);
    const std::string name = statefulPodName(set, ordinal);
    pod.mutable_metadata()->clear_generatename();
    pod.mutable_metadata()->set_name(name);
    (*pod.mutable_metadata()->mutable_labels())[revisionLabel] = revision;
    giveIdentity(pod, ordinal);
    pod.mutable_spec()->set_hostname(name);
    pod.mutable_spec()->set_subdomain(set.spec().servicename());
    giveStorage(pod, set, ordinal);
    return pod;
}

bool hasIdentity(const core::Pod& pod, int ordinal) {
    return isLabelled(pod, podNameLabel, pod.metadata().name()) &&
           isLabelled(pod, podIndexLabel, std::to_string(ordinal));
}

void giveIdentity(core::Pod& pod, int ordinal) {
    auto& labels = *pod.mutable_metadata()->mutable_labels();
    labels[podNameLabel] = pod.metadata().name();
    labels[podIndexLabel] = std::to_string(ordinal);
}

bool hasStorage(const core::Pod& pod, const apps::StatefulSet& set, int ordinal) {
    const auto& templates = set.spec().volumeclaimtemplates();
    return std::all_of(templates.begin(), templates.end(), [&](const auto& each) {
        const auto& volumes = pod.spec().volumes();
        return std::any_of(volumes.begin(), volumes.end(), [&](const core::Volume& volume) {
            return volume.name() == each.metadata().name() &&
                   volume.volumesource().persistentvolumeclaim().claimname() == claimName(set, each, ordinal);
        });
    });
}

void giveStorage(core::Pod& pod, const apps::StatefulSet& set, int ordinal) {
    const auto& templates = set.spec().volumeclaimtemplates();
    if (templates.empty()) return;
    const auto others = pod.spec().volumes();
    pod.mutable_spec()->clear_volumes();
    for (const auto& each : templates) {
        core::Volume& volume = *pod.mutable_spec()->add_volumes();
        volume.set_name(each.metadata().name());
        volume.mutable_volumesource()->mutable_persistentvolumeclaim()->set_claimname(
            claimName(set, each, ordinal));
    }
    for (const core::Volume& volume : others) {
        const bool replaced = std::any_of(templates.begin(), templates.end(), [&](const auto& each) {
            return each.metadata().name() == volume.name();
        });
        if (!replaced) *pod.mutable_spec()->add_volumes() = volume;
    }
}

std::string revisionOf(const core::Pod& pod) {
    const auto found = pod.metadata().labels().find(revisionLabel);
    return found == pod.metadata().labels().end() ? std::string() : found->second;
}

// --- claims
// ---------------------------------------------------------------------------------------------------------

std::string claimName(const apps::StatefulSet& set, const core::PersistentVolumeClaim& claimTemplate,
                      int ordinal) {
    return claimTemplate.metadata().name() + "-" + statefulPodName(set, ordinal);
}

core::PersistentVolumeClaim claimFor(const apps::StatefulSet& set,
                                     const core::PersistentVolumeClaim& claimTemplate, int ordinal) {
    core::PersistentVolumeClaim claim = claimTemplate;
    auto& metadata = *claim.mutable_metadata();
    metadata.set_name(claimName(set, claimTemplate, ordinal));
    metadata.set_namespace_(set.metadata().namespace_());
    for (const auto& [key, value] : set.spec().selector().matchlabels())
        (*metadata.mutable_labels())[key] = value;
    claim.clear_status();
    return claim;
}

bool hasConflictingOwner(const core::PersistentVolumeClaim& claim, const ClaimOwners& owners) {
    const auto& policy = owners.set.spec().persistentvolumeclaimretentionpolicy();
    if (!deletes(policy.whendeleted()) && !deletes(policy.whenscaled())) return false;
    const auto& references = claim.metadata().ownerreferences();
    return std::any_of(references.begin(), references.end(), [&](const meta::OwnerReference& each) {
        if (isSet(each, owners.set)) return each.uid() != owners.set.metadata().uid();
        if (isPod(each, owners.podName)) return each.uid() != owners.podUid;
        return each.controller();
    });
}

bool isStale(const core::PersistentVolumeClaim& claim, const std::string& podName,
             const std::string& podUid) {
    const auto& references = claim.metadata().ownerreferences();
    return std::any_of(references.begin(), references.end(), [&](const meta::OwnerReference& each) {
        return isPod(each, podName) && each.uid() != podUid;
    });
}

bool setClaimOwners(core::PersistentVolumeClaim& claim, const ClaimOwners& owners) {
    const apps::StatefulSet& set = owners.set;
    const auto& references = claim.metadata().ownerreferences();
    const bool ofEarlier =
        isStale(claim, owners.podName, owners.podUid) ||
        std::any_of(references.begin(), references.end(), [&](const meta::OwnerReference& each) {
            return isSet(each, set) && each.uid() != set.metadata().uid();
        });
    // Left for the collector.
    if (ofEarlier) return false;
    const auto before = claim.metadata();
    auto& kept = *claim.mutable_metadata()->mutable_ownerreferences();
    const bool conflict = hasConflictingOwner(claim, owners);
    kept.erase(
        std::remove_if(kept.begin(), kept.end(),
                       [&](const auto& each) { return isSet(each, set) || isPod(each, owners.podName); }),
        kept.end());
    const auto& policy = set.spec().persistentvolumeclaimretentionpolicy();
    const bool scaledAway = deletes(policy.whenscaled()) && !owners.podWanted;
    if (!conflict && scaledAway && !owners.podUid.empty())
        *kept.Add() = controllerOf("v1", "Pod", owners.podName, owners.podUid);
    if (!conflict && deletes(policy.whendeleted()) && !scaledAway)
        *kept.Add() = controllerOf("apps/v1", "StatefulSet", set.metadata().name(), set.metadata().uid());
    return !google::protobuf::util::MessageDifferencer::Equals(before, claim.metadata());
}

} // namespace wheelhouse::controllers
