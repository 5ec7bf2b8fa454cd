#include "volume_plan.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace wheelhouse::scheduler {

namespace {

std::string refusalOf(const ClaimUse& use, const ClaimInfo* claim, const PodShape& pod) {
    if (claim == nullptr && use.ephemeral) {
        return fmt::format(
            "waiting for ephemeral volume controller to create the persistentvolumeclaim \"{}\"", use.name);
    }
    if (claim == nullptr) return fmt::format("persistentvolumeclaim \"{}\" not found", use.name);
    if (claim->lost) {
        return fmt::format("persistentvolumeclaim \"{}\" bound to non-existent persistentvolume \"{}\"",
                           use.name, claim->volumeName);
    }
    if (claim->object->deleting())
        return fmt::format("persistentvolumeclaim \"{}\" is being deleted", use.name);
    if (use.ephemeral && claim->madeFor != pod.ephemeralOwner) {
        return fmt::format("PVC {}/{} was not created for the pod (pod is not owner)", pod.nameSpace,
                           use.name);
    }
    return {};
}

/// A volume set aside for this very claim, or the smallest that will do.
const VolumeInfo* volumeFor(const ClaimInfo& claim, const NodeInfo& node, const VolumeView& volumes,
                            const std::set<std::string>& taken) {
    const std::string key = claim.object->key();
    const VolumeInfo* best = nullptr;
    for (const auto& [name, volume] : volumes.volumes()) {
        if (taken.contains(name) || volume.object->deleting() || volume.bytes < claim.bytes) continue;
        if (volume.volumeMode != claim.volumeMode || volume.className != claim.className) continue;
        if (!volume.reachableFrom(node.labels, node.name)) continue;
        const std::string owner = volumes.takenBy(volume);
        if (owner == key && (volume.claimUid.empty() || volume.claimUid == claim.object->uid()))
            return &volume;
        if (!owner.empty() || !volume.available) continue;
        if (claim.selector && !claim.selector->matches(volume.object->labels())) continue;
        if (!std::includes(volume.accessModes.begin(), volume.accessModes.end(), claim.accessModes.begin(),
                           claim.accessModes.end()))
            continue;
        if (best == nullptr || volume.bytes < best->bytes) best = &volume;
    }
    return best;
}

} // namespace

PodClaims PodClaims::of(const PodShape& pod, const VolumeView& volumes) {
    PodClaims out;
    bool immediate = false;
    for (const ClaimUse& use : pod.claims) {
        const ClaimInfo* claim = volumes.claim(pod.nameSpace + "/" + use.name);
        out.refusal = refusalOf(use, claim, pod);
        if (!out.refusal.empty()) return out;
        if (claim->bound()) {
            out.bound.push_back(claim);
            continue;
        }
        const ClassInfo* made = volumes.storageClass(claim->className);
        if (made != nullptr && made->waits && claim->volumeName.empty()) {
            out.waiting.push_back(claim);
        } else {
            immediate = true;
        }
    }
    if (immediate) out.refusal = "pod has unbound immediate PersistentVolumeClaims";
    std::stable_sort(out.waiting.begin(), out.waiting.end(),
                     [](const ClaimInfo* a, const ClaimInfo* b) { return a->bytes < b->bytes; });
    return out;
}

VolumePlan VolumePlan::of(const PodClaims& claims, const NodeInfo& node, const VolumeView& volumes) {
    VolumePlan out;
    bool gone = false;
    bool elsewhere = false;
    bool unbindable = false;
    bool tooLittle = false;
    for (const ClaimInfo* claim : claims.bound) {
        const VolumeInfo* volume = volumes.volume(claim->volumeName);
        gone = gone || volume == nullptr;
        elsewhere = elsewhere || (volume != nullptr && !volume->reachableFrom(node.labels, node.name));
    }
    std::set<std::string> taken;
    for (const ClaimInfo* claim : claims.waiting) {
        const std::string chosen = volumes.nodeFor(*claim);
        if (!chosen.empty() && chosen != node.name) {
            unbindable = true;
            continue;
        }
        if (chosen.empty()) {
            if (const VolumeInfo* volume = volumeFor(*claim, node, volumes, taken)) {
                taken.insert(volume->object->name());
                out.bind.emplace_back(claim->object->key(), volume->object->name());
                continue;
            }
        }
        const ClassInfo* made = volumes.storageClass(claim->className);
        if (made == nullptr || !made->provisions() || !made->allows(node.labels)) {
            unbindable = true;
        } else if (volumes.tracksCapacity(made->provisioner) &&
                   !volumes.hasRoom(claim->className, claim->bytes, node.labels)) {
            tooLittle = true;
        } else {
            out.provision.push_back(claim->object->key());
        }
    }
    if (elsewhere) out.refusals.emplace_back("node(s) didn't match PersistentVolume's node affinity");
    if (unbindable) out.refusals.emplace_back("node(s) didn't find available persistent volumes to bind");
    if (tooLittle) out.refusals.emplace_back("node(s) did not have enough free storage");
    if (gone) {
        out.refusals.emplace_back(
            "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)");
    }
    return out;
}

} // namespace wheelhouse::scheduler
