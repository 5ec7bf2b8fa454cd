#pragma once

#include "engine/api/types.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace wheelhouse::controllers {

// The arithmetic of rolling updates, apart from anything that waits. Pure.

namespace annotation {
inline constexpr const char* revision = "deployment.kubernetes.io/revision";
inline constexpr const char* revisionHistory = "deployment.kubernetes.io/revision-history";
inline constexpr const char* desiredReplicas = "deployment.kubernetes.io/desired-replicas";
inline constexpr const char* maxReplicas = "deployment.kubernetes.io/max-replicas";
/// Set by a client: the revision to go back to, 0 = the one before.
inline constexpr const char* rollBackTo = "deprecated.deployment.rollback.to";
} // namespace annotation
inline constexpr const char* hashLabel = "pod-template-hash";

/// A count, or a percentage of `of`, rounded up or down.
int resolve(const api::intstr::IntOrString& value, int of, bool up);

/// How far a rolling update may go over and under the wanted number, in pods.
struct Fence {
    int surge = 0;
    int unavailable = 0;
};
Fence fenceOf(const api::apps::Deployment& deployment);
bool isRolling(const api::apps::Deployment& deployment);

/// The same pods would come out of both; the hash label and the order of map entries do not count.
bool sameTemplate(const api::core::PodTemplateSpec& a, const api::core::PodTemplateSpec& b);
/// A short text for some bytes that other bytes do not have, of letters fit for names; `collisions` gives
/// other texts to the same bytes.
std::string shortHash(std::string bytes, int collisions);
/// A short name for a template that other templates do not have; `collisions` gives other names to the same
/// template.
std::string templateHash(const api::core::PodTemplateSpec& podTemplate, int collisions);

/// The number in this annotation, or -1.
std::int64_t annotatedNumber(const api::meta::ObjectMeta& metadata, const char* name);
std::int64_t revisionOf(const api::meta::ObjectMeta& metadata);

using Sets = std::vector<api::apps::ReplicaSet>;
/// The set of this revision; of the one before the newest for 0. Null when there is none.
const api::apps::ReplicaSet* setOfRevision(const Sets& sets, std::int64_t revision);
int totalReplicas(const Sets& sets);
int totalAvailable(const Sets& sets);
/// Older first; the name decides between equals.
void sortByAge(Sets& sets);

/// How large the new ReplicaSet should be in this step. `fresh` has what it has now; `total` counts all
/// ReplicaSets' pods.
int newSetSize(const api::apps::Deployment& deployment, int fresh, int total);

/// How each ReplicaSet changes, by name, when a deployment is scaled in the middle of a rollout: in
/// proportion to their sizes, what rounding leaves over going to the largest. Only for more than one active
/// ReplicaSet.
std::map<std::string, int> scaleInProportion(const api::apps::Deployment& deployment, Sets active);

/// How the old ReplicaSets shrink in this step of a rolling update, by name: pods that are not available
/// first.
std::map<std::string, int> shrinkOld(const api::apps::Deployment& deployment,
                                     const api::apps::ReplicaSet& fresh, Sets old);

} // namespace wheelhouse::controllers
