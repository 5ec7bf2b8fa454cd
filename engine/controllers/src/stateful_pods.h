#pragma once

#include "pod_owner_controller.h"

#include <string>
#include <vector>

namespace wheelhouse::controllers {

// Who the pods and claims of a StatefulSet are, apart from anything that waits. Pure.

/// The number in "name-number" when the name before it is this one; -1 otherwise.
int ordinalIn(const std::string& podName, const std::string& setName);
std::string statefulPodName(const apps::StatefulSet& set, int ordinal);
int firstOrdinal(const apps::StatefulSet& set);
/// The set wants a pod of this number.
bool wantsOrdinal(const apps::StatefulSet& set, int ordinal);

/// The pod of this number and revision: its name, labels, host name, subdomain and claims say who it is.
core::Pod statefulPod(const ObjectPtr& owner, const apps::StatefulSet& set,
                      const core::PodTemplateSpec& podTemplate, const std::string& revision, int ordinal);
/// The labels that say who it is are as they should be / made so.
bool hasIdentity(const core::Pod& pod, int ordinal);
void giveIdentity(core::Pod& pod, int ordinal);
/// Its volumes are the set's claims for this number / made so, in place of volumes of the same names.
bool hasStorage(const core::Pod& pod, const apps::StatefulSet& set, int ordinal);
void giveStorage(core::Pod& pod, const apps::StatefulSet& set, int ordinal);
/// The revision its label says, or empty.
std::string revisionOf(const core::Pod& pod);

// --- claims

std::string claimName(const apps::StatefulSet& set, const core::PersistentVolumeClaim& claimTemplate,
                      int ordinal);
/// The claim for this number as the template wants it, without owners.
core::PersistentVolumeClaim claimFor(const apps::StatefulSet& set,
                                     const core::PersistentVolumeClaim& claimTemplate, int ordinal);

/// Whose retention policy a claim is under: the set, and the pod of the claim's number, whose uid is empty
/// while there is none.
struct ClaimOwners {
    const apps::StatefulSet& set;
    std::string podName;
    std::string podUid;
    bool podWanted = true; ///< false once the set was scaled below its number
};
/// A deletion policy is in force and something else controls the claim, or an earlier set or pod of the same
/// name owns it: the policy is not applied.
bool hasConflictingOwner(const core::PersistentVolumeClaim& claim, const ClaimOwners& owners);
/// An earlier pod of this name owns the claim: it is about to be collected.
bool isStale(const core::PersistentVolumeClaim& claim, const std::string& podName, const std::string& podUid);
/// Gives the claim the owners the retention policy wants: none to keep it; the set, to go with it; the pod,
/// to go once scaled away. True when that changed anything.
bool setClaimOwners(core::PersistentVolumeClaim& claim, const ClaimOwners& owners);

} // namespace wheelhouse::controllers
