#pragma once

#include "engine/controllers/queued_controller.h"

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
/// NoExecute taints are given at a limited rate for each zone (of a region), slower (or not at all in a zone
/// of up to 50 nodes) when 55 % of a zone is down. When every node everywhere is down it is more likely that
/// we are cut off: none are given, those given are taken back, and once a node is heard again all get a new
/// grace period. Nodes labelled node.kubernetes.io/exclude-disruption do not count towards the state of their
/// zone.
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
        bool counts = false; ///< towards the state of its zone
    };
    struct Zone {
        int total = 0;
        int down = 0;
        double tokens = 1;
        Instant filled{};
    };

    void nodeSeen(const ObjectPtr& node);
    void nodeGone(const ObjectPtr& node);
    void leaseSeen(const ObjectPtr& lease);
    /// Adds the node to its zone's numbers, or takes it out.
    void count(const Health& health, int by);
    /// Looks whether every node has fallen silent, or no longer.
    void watchDisruption();
    /// The NoExecute taint the node should have now, given those it has; `spent`: it took its zone's turn.
    std::string taintNow(const core::Node& node, bool& spent);
    /// Whether a node of this zone may get its NoExecute taint now; otherwise when to ask again.
    bool mayEvict(const std::string& zone, Duration& again);
    double evictionRate(const std::string& zone) const;
    void haveNone(Zone& zone) const;
    Step markPodsNotReady(std::string node);

    client::Informer& nodes_;
    client::Informer& leases_;
    client::Informer& pods_;
    std::map<std::string, Health> health_;
    std::map<std::string, Zone> zones_;
    bool allDown_ = false;
};

} // namespace wheelhouse::controllers
