#pragma once

#include "pod_info.h"
#include "taints.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::scheduler {

using Slot = std::uint32_t;

/// One node as placing sees it. Numbers only where every pod looks at every node.
struct NodeInfo {
    std::string name;
    Uid uid;
    Labels labels;
    std::uint32_t taintSet = 0;
    bool present = false; ///< false: only pods name it, or the slot is free
    bool unschedulable = false;
    Resources allocatable;
    Resources requested;
    Resources nonZeroRequested;
    std::vector<HostPort> usedPorts;
    std::uint32_t pods = 0;
};

/// What happened to the cluster, as bits: what may help a pod that found no node.
using Events = std::uint32_t;
namespace events {
inline constexpr Events nodeAdded = 1;
inline constexpr Events nodeRoom = 2; ///< allocatable changed
inline constexpr Events nodeLabels = 4;
inline constexpr Events nodeTaints = 8;
inline constexpr Events nodeSchedulable = 16;
inline constexpr Events nodeRemoved = 32;
inline constexpr Events podRemoved = 64; ///< a pod that had a node is gone or has finished
inline constexpr Events podPlaced = 128;
} // namespace events

/// The cluster as the scheduler believes it to be: every node with what runs there, including pods only
/// assumed to. Nodes live in slots that keep their number for as long as the node or a pod on it exists.
/// Between two calls nothing changes, so one attempt sees one moment.
class ClusterCache {
  public:
    Events putNode(const api::ObjectPtr& object);
    Events removeNode(const std::string& name);
    /// A pod the watch shows on a node (or finished there). Confirms an assumption.
    Events putPod(const PodInfoPtr& pod);
    Events removePod(const Uid& uid);
    /// Takes room for `pod` on `node` until the watch confirms it or `forget`.
    void assume(const PodInfoPtr& pod, Slot node);
    Events forget(const Uid& uid);
    bool isAssumed(const Uid& uid) const;
    bool isPlaced(const Uid& uid) const { return pods_.contains(uid); }

    const std::vector<NodeInfo>& nodes() const { return slots_; }
    const NodeInfo& node(Slot slot) const { return slots_[slot]; }
    /// Slots of the nodes that exist.
    const std::vector<Slot>& live() const { return live_; }
    /// Names by slot, for decisions.
    std::shared_ptr<const std::vector<std::string>> names() const;

    /// For every slot the number of the value its node has for a label, or -1. Kept up to date.
    struct Topology {
        std::vector<std::int32_t> valueOf;
        std::int32_t values = 0;
        std::unordered_map<std::string, std::int32_t> numbers;
    };
    const Topology& topology(const std::string& key);
    /// For every slot how many pods of a namespace match a selector. Kept up to date.
    const std::vector<std::int32_t>& countMatching(const std::string& nameSpace,
                                                   const api::LabelSelector& selector);
    /// For every slot how many pods one controller owns there; null when none.
    const std::vector<std::int32_t>* countOwned(const Uid& controller) const;

    /// Drops counts nobody may need again; between attempts only, for it ends the references given out.
    void trim();

    ResourceNames resourceNames;
    TaintSets taintSets;

  private:
    struct Placed {
        PodInfoPtr pod;
        Slot slot = 0;
        bool assumed = false;
    };
    struct Counter {
        std::string nameSpace;
        api::LabelSelector selector;
        std::vector<std::int32_t> bySlot;
    };
    struct Owned {
        std::vector<std::int32_t> bySlot;
        std::int32_t total = 0;
    };
    Slot slotFor(const std::string& name);
    void release(Slot slot);
    void account(const PodInfo& pod, Slot slot, int sign);
    void indexTopology(Slot slot);
    void renewLive();

    std::vector<NodeInfo> slots_;
    std::vector<Slot> free_;
    std::vector<Slot> live_;
    std::unordered_map<std::string, Slot> byName_;
    std::unordered_map<Uid, Placed> pods_;
    std::map<std::string, Topology> topologies_;
    std::map<std::string, Counter> counters_;
    std::unordered_map<Uid, Owned> owned_;
    mutable std::shared_ptr<const std::vector<std::string>> names_;
};

} // namespace wheelhouse::scheduler
