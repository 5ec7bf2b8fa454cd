#pragma once

#include "queued_controller.h"

#include <map>

namespace wheelhouse::controllers {

/// Notices nodes that fell silent, and says so to everybody who should act on it.
///
/// Watches Nodes, their Leases (namespace kube-node-lease) and Pods. When neither the Lease nor the Ready
/// condition of a node was renewed for the grace period (by this process's own clock, so that a node's wrong
/// clock does not matter), it sets the node's conditions to Unknown. It keeps the NoSchedule taints that
/// follow from conditions and from spec.unschedulable, and the NoExecute taint of nodes that are not ready;
/// sets the Ready condition of pods on such nodes to False. It never deletes pods: the taint eviction
/// controller does, by the taints.
///
/// NoExecute taints are given at a limited rate for each zone, slower (or not at all in a zone of up to 50
/// nodes) when 55 % of a zone is down, and not at all when every node everywhere is: then it is more likely
/// that we are cut off.
///
/// Remembered is only when each node was last heard. After a restart every node counts as just heard, so a
/// restart delays a verdict by one grace period and never causes one. Writes carry the resourceVersion they
/// were computed from.
class NodeLifecycleController final : public QueuedController {
  public:
    explicit NodeLifecycleController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    struct Health {
        Uid uid;
        Instant heard{};
        std::string lastSign; ///< what the last sign of life looked like
        std::string zone;
        bool ready = false;
    };
    struct Zone {
        double tokens = 1;
        Instant filled{};
    };

    void nodeSeen(const ObjectPtr& node);
    void leaseSeen(const ObjectPtr& lease);
    /// Whether a node of this zone may get its NoExecute taint now; otherwise when to ask again.
    bool mayEvict(const std::string& zone, Duration& again);
    double evictionRate(const std::string& zone) const;
    Step markPodsNotReady(std::string node);

    client::Informer& nodes_;
    client::Informer& leases_;
    client::Informer& pods_;
    std::map<std::string, Health> health_;
    std::map<std::string, Zone> zones_;
};

} // namespace wheelhouse::controllers
