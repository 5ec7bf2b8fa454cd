#pragma once

#include "cluster_cache.h"

#include <string>
#include <utility>
#include <vector>

namespace wheelhouse::scheduler {

/// The claims of a pod, sorted by how far they are.
struct PodClaims {
    std::vector<const ClaimInfo*> bound;
    std::vector<const ClaimInfo*> waiting; ///< for the pod's node to be known, the smallest first
    std::string refusal;                   ///< not empty: the pod cannot be placed at all, for this reason

    static PodClaims of(const PodShape& pod, const VolumeView& volumes);
};

/// What would become of a pod's claims on one node.
struct VolumePlan {
    std::vector<std::pair<std::string, std::string>> bind; ///< claim "namespace/name", volume
    std::vector<std::string> provision;                    ///< claims to be made for the node
    std::vector<std::string> refusals;                     ///< not empty: not on this node

    static VolumePlan of(const PodClaims& claims, const NodeInfo& node, const VolumeView& volumes);
    bool empty() const { return bind.empty() && provision.empty(); }
};

} // namespace wheelhouse::scheduler
