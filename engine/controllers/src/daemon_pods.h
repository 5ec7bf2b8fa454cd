#pragma once

#include "engine/api/placement.h"
#include "engine/base/clock.h"
#include "pod_owner_controller.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace wheelhouse::controllers {

// Where daemon pods run and which of them to make and delete, apart from anything that waits. Pure.

/// What of a node decides whether a daemon pod runs there.
struct NodeFacts {
    std::string name;
    api::NodeTerm::Labels labels;
    std::vector<core::Taint> taints;

    static NodeFacts of(const core::Node& node);
    bool operator==(const NodeFacts& other) const;
};

/// Where the pods of one DaemonSet belong: the template's nodeName, nodeSelector and required affinity must
/// agree with the node, and the pod must tolerate its NoSchedule and NoExecute taints.
class DaemonFit {
  public:
    struct Verdict {
        bool run = false;  ///< a pod should be there
        bool stay = false; ///< a pod that is there already may stay
    };
    explicit DaemonFit(const apps::DaemonSet& set);
    Verdict on(const NodeFacts& node) const;

  private:
    std::string nodeName_;
    api::NodeChoice choice_;
    std::vector<core::Toleration> tolerations_;
};

/// The pod of this revision for this node: bound to it by affinity to its name, so that the scheduler places
/// it, and tolerating what comes and goes with a node's health.
core::Pod daemonPod(const ObjectPtr& owner, const apps::DaemonSet& set, const std::string& node,
                    const std::string& hash);
/// The node a daemon pod is on or is meant for; empty when it says none.
std::string targetNode(const core::Pod& pod);

using PodsByNode = std::map<std::string, std::vector<OwnedPod>>;

/// One look at a DaemonSet.
struct DaemonView {
    const apps::DaemonSet& set;
    const std::string& hash; ///< of the present revision, as the label of its pods has it
    const PodsByNode& pods;  ///< by target node, nodes without pods left out
    const std::map<std::string, DaemonFit::Verdict>& nodes; ///< every node there is
    WallTime now;

    bool updated(const core::Pod& pod) const;
    bool available(const core::Pod& pod) const;
};

struct DaemonPlan {
    std::vector<std::string> create; ///< nodes that need a pod
    std::vector<ObjectPtr> remove;
    bool empty() const { return create.empty() && remove.empty(); }
};

/// Pods where they are missing, none where they do not belong, one (with surge: one of each version) a node.
/// Failed and succeeded pods are replaced when `mayReplace` says so.
DaemonPlan placeDaemons(const DaemonView& view, const std::function<bool(const OwnedPod&)>& mayReplace);
/// The next step of a rolling update inside maxUnavailable or, where it is set, maxSurge.
DaemonPlan updateDaemons(const DaemonView& view);
/// Counts. `remaining` (may be null): how long until the next ready pod is available.
apps::DaemonSetStatus daemonStatus(const DaemonView& view, Duration* remaining);

} // namespace wheelhouse::controllers
