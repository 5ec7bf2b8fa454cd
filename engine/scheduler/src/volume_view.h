#pragma once

#include "engine/api/object.h"
#include "engine/api/selector.h"
#include "node_selector.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::scheduler {

/// A PersistentVolumeClaim as placing sees it.
struct ClaimInfo {
    api::ObjectPtr object;
    std::string className;
    std::string volumeName;   ///< bound, or bound in advance, to this one
    std::string selectedNode; ///< where the provisioner is to make it
    std::string volumeMode;
    std::set<std::string> accessModes;
    std::optional<api::LabelSelector> selector;
    std::int64_t bytes = 0;
    bool complete = false; ///< binding is over
    bool lost = false;
    Uid madeFor; ///< the pod that owns it, of a claim made for one pod

    bool bound() const { return !volumeName.empty() && complete; }
    bool oneHolder() const { return accessModes.contains("ReadWriteOncePod"); }
};

/// A PersistentVolume as placing sees it.
struct VolumeInfo {
    api::ObjectPtr object;
    std::string className;
    std::string volumeMode;
    std::set<std::string> accessModes;
    std::int64_t bytes = 0;
    std::string claim; ///< "namespace/name" of the claim it is for
    Uid claimUid;
    bool available = false;
    bool anywhere = true;
    std::vector<NodeTerm> nodes; ///< any of them
    std::string driver;          ///< of a CSI volume
    std::string handle;

    bool reachableFrom(const Labels& labels, const std::string& nodeName) const;
};

/// A StorageClass as placing sees it.
struct ClassInfo {
    std::string provisioner;
    bool waits = false; ///< WaitForFirstConsumer
    std::vector<std::vector<std::pair<std::string, std::set<std::string>>>> topologies; ///< any; all of one

    bool provisions() const;
    bool allows(const Labels& nodeLabels) const;
};

/// Room a driver reports for a class in a part of the cluster.
struct CapacityInfo {
    std::string className;
    std::optional<api::LabelSelector> nodes;
    std::optional<std::int64_t> bytes; ///< of the largest volume that can be made
};

/// Claims, volumes, storage classes and drivers, and what was decided for them but is not written yet.
class VolumeView {
  public:
    /// From an object of kind PersistentVolumeClaim, PersistentVolume, StorageClass, CSINode, CSIDriver or
    /// CSIStorageCapacity. False: nothing that matters changed.
    bool put(const api::ObjectPtr& object);
    void remove(const api::ObjectPtr& object);

    const ClaimInfo* claim(const std::string& key) const;
    const VolumeInfo* volume(const std::string& name) const;
    const ClassInfo* storageClass(const std::string& name) const;
    /// How many volumes of a driver a node takes; none = no limit.
    std::optional<int> limit(const std::string& node, const std::string& driver) const;
    /// Whether the driver's room is to be asked about.
    bool tracksCapacity(const std::string& driver) const { return tracking_.contains(driver); }
    bool hasRoom(const std::string& className, std::int64_t bytes, const Labels& nodeLabels) const;
    const std::map<std::string, VolumeInfo>& volumes() const { return volumes_; }

    /// A volume is taken for a claim, or a node for one to be made, before it is written. Ends with
    /// `release`, or when what was written comes back.
    void reserveVolume(const std::string& volume, const std::string& claim);
    void reserveNode(const std::string& claim, const std::string& node);
    void release(const std::string& claim);
    /// The claim a volume is for, written or not; empty = none.
    std::string takenBy(const VolumeInfo& volume) const;
    /// The node chosen for a claim, written or not; empty = none.
    std::string nodeFor(const ClaimInfo& claim) const;

  private:
    std::unordered_map<std::string, ClaimInfo> claims_; ///< "namespace/name"
    std::map<std::string, VolumeInfo> volumes_;
    std::map<std::string, ClassInfo> classes_;
    std::map<std::string, CapacityInfo> capacities_;
    std::unordered_map<std::string, std::map<std::string, int>> limits_; ///< node, driver
    std::set<std::string> tracking_;
    std::map<std::string, std::string> reservedVolumes_; ///< volume to claim
    std::map<std::string, std::string> reservedNodes_;   ///< claim to node
};

} // namespace wheelhouse::scheduler
