#pragma once

#include "engine/api/types.h"
#include "engine/base/executor.h"
#include "engine/client/cluster.h"
#include "engine/client/informer.h"
#include "link.pb.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace wheelhouse::controlplane {

/// Writes what nodes report: Node and its status, Lease, pod status, and the end of pods. At most one write
/// for each object is under way; what is reported meanwhile replaces what waits, so a chatty node costs no
/// more than the newest state. Conflicts are answered by reading again; other failures are tried again after
/// a second. On the control executor.
class GatewayWriter {
  public:
    GatewayWriter(client::Cluster& cluster, Executor& executor, const client::Informer& nodes,
                  const client::Informer& pods, Duration leaseDuration);

    /// Creates the Node, or brings its labels up to date (those others set stay), then writes the status.
    void registerNode(api::core::Node node);
    void nodeStatus(const std::string& node, api::core::NodeStatus status);
    /// Renews the Lease within a tenth of a second, together with those of others, and writes the status
    /// again where somebody has declared the node silent meanwhile.
    void heartbeat(const std::string& node);
    void podStatus(const nodelink::PodRef& pod, const std::string& bytes);
    /// Every container of the pod has ended: the object may go.
    void podGone(const nodelink::PodRef& pod);
    void forgetNode(const std::string& node) { nodes_.erase(node); }

  private:
    struct NodeRecord {
        api::core::NodeStatus status;
        bool statusDirty = false;
        bool writingStatus = false;
        bool registered = false;
        bool writingLease = false;
        bool leaseKnown = false;
        api::ObjectPtr agreed; ///< the Node when it last said what this one says
    };
    struct PodRecord {
        nodelink::PodRef ref;
        std::string status;
        bool dirty = false;
        bool gone = false;
        bool busy = false;
    };

    template <class T>
    client::Callback<T> guarded(std::function<void(Result<T>)> task);
    void later(std::function<void()> task);
    void createNode(const api::core::Node& node);
    void updateNode(const api::core::Node& node, const api::ObjectPtr& stored);
    void registered(const std::string& node);
    void pumpNode(const std::string& node);
    void writeNodeStatus(const std::string& node, const api::ObjectPtr& stored);
    /// The API has no such Node any more.
    bool deleted(const std::string& node) const;
    void renewLease(const std::string& node);
    void writeLease(const std::string& node);
    void pumpPod(const std::string& uid);
    void writePodStatus(const std::string& uid, const api::ObjectPtr& stored);
    void podWritten(const std::string& uid, const Result<client::Written>& written);
    void removePod(const std::string& uid);
    void readPod(const std::string& uid);

    client::Cluster& cluster_;
    Executor& executor_;
    const client::Informer& nodeInformer_;
    const client::Informer& podInformer_;
    Duration leaseDuration_;
    std::unordered_map<std::string, NodeRecord> nodes_;
    std::vector<std::string> renewals_;               ///< nodes whose leases are written next, together
    std::unordered_map<std::string, PodRecord> pods_; ///< by uid
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::controlplane
