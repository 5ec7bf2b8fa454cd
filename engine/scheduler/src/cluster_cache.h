#pragma once

#include "default_selectors.h"
#include "images.h"
#include "pod_info.h"
#include "taints.h"
#include "tallies.h"
#include "volume_view.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::scheduler {

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
    std::map<std::string, int> claims; ///< "namespace/name" to how many pods use it
    std::vector<DiskUse> disks;
    std::vector<PodInfoPtr> pods;
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
inline constexpr Events podPlaced = 128; ///< or one placed changed its labels
inline constexpr Events claims = 256;    ///< a claim, volume, storage class or driver of a node changed
inline constexpr Events namespaceLabels = 512;
inline constexpr Events podShrunk = 1024; ///< a placed pod takes less than before
inline constexpr Events any = 0xFFFF'FFFF;
} // namespace events

/// One thing that happened, with what is needed to tell whom it may help.
struct Happening {
    Events what = 0;
    PodInfoPtr pod;           ///< placed, changed or gone
    PodInfoPtr before;        ///< of a changed pod
    std::optional<Slot> node; ///< of what happened to a node, or where the pod is or was
    explicit operator bool() const { return what != 0; }
};

/// The cluster as the scheduler believes it to be: every node with what runs there, including pods only
/// assumed to. Nodes live in slots that keep their number for as long as the node or a pod on it exists.
/// Between two calls nothing changes, so one attempt sees one moment.
///
/// Whoever keeps figures of nodes asks `changedSince` which to look at again: a change of a node's pods or
/// room goes into a journal by slot; anything that may change more than the node itself begins a new epoch.
class ClusterCache final : private Tallies::Places {
  public:
    ClusterCache() : shapes(resourceNames), tallies(*this) {}
    ClusterCache(const ClusterCache&) = delete;

    Happening putNode(const api::ObjectPtr& object);
    Happening removeNode(const std::string& name);
    /// A pod the watch shows on a node (or finished there). Confirms an assumption.
    Happening putPod(const PodInfoPtr& pod);
    Happening removePod(const Uid& uid);
    /// Takes room for `pod` on `node` until the watch confirms it or `forget`.
    void assume(const PodInfoPtr& pod, Slot node);
    Happening forget(const Uid& uid);
    bool isAssumed(const Uid& uid) const;
    bool isPlaced(const Uid& uid) const { return pods_.contains(uid); }
    PodInfoPtr placed(const Uid& uid) const;
    Happening setNamespace(const std::string& name, const Labels* labels);
    /// Services, controllers or volumes changed what pods are spread by, or where volumes can be.
    void beginEpoch() { ++epoch_; }

    /// Keeps `slot` free for a pod that victims make room for: others no more important must leave it room.
    void nominate(const PodInfoPtr& pod, Slot slot);
    void withdraw(const Uid& uid);
    std::optional<Slot> nominated(const Uid& uid) const;
    struct Nominee {
        PodInfoPtr pod;
        Slot slot = 0;
    };
    const std::map<Slot, std::vector<PodInfoPtr>>& nominees() const { return nominees_; }

    /// For the span of one trial a pod is thought there (+1) or away (-1). The caller takes it back before
    /// anything else happens, so it is not journalled.
    void pretend(const PodInfo& pod, Slot slot, int sign) { account(pod, slot, sign); }

    const std::vector<NodeInfo>& nodes() const { return slots_; }
    const NodeInfo& node(Slot slot) const { return slots_[slot]; }
    std::optional<Slot> find(const std::string& name) const;
    /// Slots of the nodes that exist, in order.
    const std::shared_ptr<const std::vector<Slot>>& liveShared() const { return live_; }
    const std::vector<Slot>& live() const { return *live_; }
    /// Names by slot, for decisions.
    std::shared_ptr<const std::vector<std::string>> names() const;
    /// How many pods of the whole cluster use a claim ("namespace/name").
    int usesOfClaim(const std::string& key) const;

    std::uint64_t epoch() const { return epoch_; }
    /// A moment in the journal.
    std::uint64_t mark() const { return journalBegin_ + journal_.size(); }
    /// Appends the slots changed since `mark`, some more than once. False: too long ago to say.
    bool changedSince(std::uint64_t mark, std::vector<Slot>& out) const;

    /// Kept up to date.
    std::shared_ptr<const Topology> topology(const std::string& key) override;
    /// Drops what nobody may need again; between attempts only, for it ends the references given out.
    void trim();

    ResourceNames resourceNames;
    ShapeTable shapes;
    TaintSets taintSets;
    Tallies tallies;
    Images images;
    DefaultSelectors defaultSelectors;
    VolumeView volumes;

  private:
    struct Placed {
        PodInfoPtr pod;
        Slot slot = 0;
        bool assumed = false;
    };
    Slot slotFor(const std::string& name);
    void release(Slot slot);
    void account(const PodInfo& pod, Slot slot, int sign);
    void enter(const PodInfoPtr& pod, Slot slot);
    void leave(const PodInfoPtr& pod, Slot slot);
    void touch(Slot slot);
    void index(Topology& topology, const std::string& key, Slot slot);
    void relabel(Slot slot, Labels labels);
    void renewLive();
    std::size_t slotCount() const override { return slots_.size(); }
    void eachPlaced(const std::function<void(const PodInfo&, Slot)>& visit) const override;
    void eachPlacedOn(Slot slot, const std::function<void(const PodInfo&)>& visit) const override;

    std::vector<NodeInfo> slots_;
    std::vector<Slot> free_;
    std::shared_ptr<const std::vector<Slot>> live_ = std::make_shared<std::vector<Slot>>();
    std::unordered_map<std::string, Slot> byName_;
    std::unordered_map<Uid, Placed> pods_;
    std::map<std::string, std::shared_ptr<Topology>> topologies_;
    std::unordered_map<std::string, int> claimUses_;
    std::map<Slot, std::vector<PodInfoPtr>> nominees_;
    std::unordered_map<Uid, Nominee> nominations_;
    std::uint64_t epoch_ = 1;
    std::vector<Slot> journal_;
    std::uint64_t journalBegin_ = 0;
    mutable std::shared_ptr<const std::vector<std::string>> names_;
};

} // namespace wheelhouse::scheduler
