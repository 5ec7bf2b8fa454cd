#pragma once

#include "engine/machines/link_fabric.h"

#include <functional>
#include <map>
#include <string>
#include <utility>

namespace wheelhouse::machines {

/// What is wrong with one node; the default is nothing. Its power is not here: that is its machine's
/// (MachineProvider).
struct NodeFaults {
    int cpuPercent = 100;  ///< what its pods together get of its processors
    int memoryPercent = 0; ///< of its free memory, taken away; 100 = all but a last little
    bool diskFull = false;
    bool registryDown = false;
    LinkFault fromPlane; ///< on the way to it from the control plane
    LinkFault toPlane;

    bool operator==(const NodeFaults&) const = default;
};

/// All that is wrong at one time. Nodes and directions that are not named are well.
struct FaultPlan {
    std::map<std::string, NodeFaults> nodes;
    std::map<std::pair<std::string, std::string>, LinkFault> links; ///< from one node to another

    bool operator==(const FaultPlan&) const = default;
};

/// One life of one container.
struct ContainerVictim {
    std::string node;
    std::string nameSpace;
    std::string pod;
    std::string podUid;
    std::string container;
    std::string containerId; ///< as the pod's status has it; another life of the container is spared
};

/// Breaks nodes and what leads to them, and mends them again. Lives on the control executor; no call blocks.
class FaultInjector {
  public:
    /// What a node could not do of what is wrong with it; empty when it could do all.
    using Listener = std::function<void(const std::string& node, const std::string& problem)>;

    virtual ~FaultInjector() = default;
    /// At most one; null = none.
    virtual void setListener(Listener listener) = 0;
    /// From now on exactly this is wrong: what was and is not in `plan` is mended. A node that is away is
    /// told when it is back.
    virtual void apply(const FaultPlan& plan) = 0;
    /// Ends the container as `kill -9` would. Nothing happens when its node is away.
    virtual void kill(const ContainerVictim& victim) = 0;
};

} // namespace wheelhouse::machines
