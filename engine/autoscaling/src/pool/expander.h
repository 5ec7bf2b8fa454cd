#pragma once

#include "engine/autoscaling/placement.h"
#include "pool/pool_view.h"

#include <cstdint>
#include <string>
#include <vector>

namespace wheelhouse::autoscaling {

/// A pool that may grow.
struct Candidate {
    std::string pool;
    std::int32_t priority = 0;
    int room = 0;         ///< machines it may still get
    api::core::Node node; ///< what each of them would be, but for the name
};

/// What a candidate could do for pods that fit nowhere.
struct GrowthOption {
    std::string pool;
    int machines = 0;
    std::vector<std::string> pods; ///< keys of those that would run on them
    int wastePercent = 0;          ///< of the new machines; the mean of processors and memory
    std::int32_t priority = 0;
};

/// What the cluster is short of, and what there will soon be anyway.
struct Shortage {
    std::vector<api::ObjectPtr> pods;
    std::vector<api::core::Node> coming; ///< nodes of machines that are on their way
};

/// The pods that fit nowhere even when the nodes on their way are there.
Result<std::vector<api::ObjectPtr>> helpless(Placement& placement, const Shortage& shortage);

/// What each candidate that can help could do, best first: the highest priority, then the least waste, then
/// the most pods, then by name. For each the smallest number of machines that helps as many pods as any
/// number would.
Result<std::vector<GrowthOption>> growthOptions(Placement& placement, const Shortage& shortage,
                                                const std::vector<Candidate>& candidates);

/// A node like those a pool's machines become. `sample` is the node of one of them, or null.
api::core::Node wouldBeNode(const api::lab::Machine& machine, const api::core::Node* sample,
                            bool taintSimulated);

} // namespace wheelhouse::autoscaling
