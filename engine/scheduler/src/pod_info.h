#pragma once

#include "engine/api/object.h"
#include "engine/api/types.h"
#include "node_selector.h"
#include "pod_terms.h"
#include "resources.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::scheduler {

struct HostPort {
    std::string protocol;
    std::string ip; ///< empty and 0.0.0.0 = every address
    int port = 0;

    bool conflictsWith(const HostPort& other) const;
};

/// A claim one of a pod's volumes names.
struct ClaimUse {
    std::string name;
    bool ephemeral = false; ///< made for this pod alone by the ephemeral volume controller
};

/// A disk named in the pod itself (GCE, AWS, iSCSI, Ceph): two pods may share some only for reading.
struct DiskUse {
    std::string disk; ///< kind and identity
    bool readOnly = false;
    bool shareable = true; ///< for reading; an AWS disk never is
};

struct PodShape;

/// What the cluster cache knows of a shape; nobody else's.
struct ShapeNotes {
    std::uint64_t countedAt = 0;
    std::vector<std::uint32_t> counted; ///< tallies its pods count in
    std::uint64_t ownAt = 0;
    std::vector<std::uint32_t> own; ///< its own terms
    std::uint64_t spokenOfAt = 0;
    std::vector<std::uint32_t> spokenOf; ///< terms of placed pods that speak of its pods
};

/// All of a pod that decides about its place, decoded once for all pods alike: replicas of one controller
/// share one shape. Never changes but for the cache's own notes.
struct PodShape {
    std::uint64_t number = 0; ///< never used again
    std::string key;
    std::string nameSpace;
    Labels labels;
    std::string schedulerName;
    std::int32_t priority = 0;
    bool preempts = true; ///< may push out others
    Resources requests;   ///< with one pod
    Resources nonZeroRequests;
    bool bestEffort = false; ///< asks for neither CPU nor memory
    std::vector<HostPort> hostPorts;
    std::vector<api::core::Toleration> tolerations;
    NodeChoice choice;
    std::optional<std::vector<std::string>>
        onlyNodes; ///< the names `choice` comes down to, where it names them
    std::vector<std::pair<std::int32_t, NodeTerm>> preferred;
    std::vector<SpreadRule> spread;
    PodAffinity affinity;
    std::vector<std::string> images; ///< with their tag: of each container, init container and image volume
    std::vector<ClaimUse> claims;
    Uid ephemeralOwner; ///< the pod itself, where it has claims of its own
    std::vector<DiskUse> disks;
    std::string ownerKind; ///< of the controller
    std::string ownerName;
    mutable ShapeNotes notes;

    bool hasVolumes() const { return !claims.empty() || !disks.empty(); }
};

using PodShapePtr = std::shared_ptr<const PodShape>;

/// Finds the shape of a pod, making it when it is new.
class ShapeTable {
  public:
    explicit ShapeTable(ResourceNames& names) : names_(names) {}
    PodShapePtr of(const api::Object& object, const api::core::Pod& pod);
    std::size_t size() const { return shapes_.size(); }

  private:
    void sweep();

    ResourceNames& names_;
    std::uint64_t next_ = 1;
    std::size_t sweepAt_ = 1024;
    std::unordered_map<std::string, std::weak_ptr<const PodShape>> shapes_;
};

/// One pod as placing sees it. Never changes.
struct PodInfo {
    api::ObjectPtr object;
    Uid uid;
    PodShapePtr shape;
    std::string nodeName;
    std::string nominatedNode;
    bool finished = false; ///< Succeeded or Failed: takes no room any more
    bool deleting = false;
    bool preempted = false; ///< being deleted to make room for another
    bool gated = false;
    std::int64_t startedAt = 0; ///< seconds since 1970; as long as it has not started, far in the future
    std::string reportedReason; ///< of condition PodScheduled while it is False
    std::string reportedMessage;
    std::optional<api::meta::Time> reportedSince;

    const std::string& nameSpace() const { return object->nameSpace(); }
    const std::string& name() const { return object->name(); }
    std::int32_t priority() const { return shape->priority; }

    static std::shared_ptr<const PodInfo> of(const api::ObjectPtr& object, ShapeTable& shapes);
};

using PodInfoPtr = std::shared_ptr<const PodInfo>;

/// The more important first: higher priority, then running for longer.
bool moreImportant(const PodInfo& a, const PodInfo& b);

} // namespace wheelhouse::scheduler
