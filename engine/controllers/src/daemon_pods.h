#pragma once

#include "engine/api/glance.h"
#include "engine/api/placement.h"
#include "engine/base/clock.h"
#include "pod_owner_controller.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
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

/// A daemon pod and what is asked of it in a look. Whole daemon sets are never decoded: they have as many
/// pods as there are nodes.
struct DaemonPod {
    explicit DaemonPod(ObjectPtr pod);

    ObjectPtr object;
    api::PodFacts facts;   ///< of `object`
    std::string target;    ///< the node it is on or is meant for; empty when it says none
    std::string_view hash; ///< of its revision, as its label has it
};
/// Pods of one namespace by name, read anew only where they are not those of the last look.
std::vector<DaemonPod> readDaemons(std::vector<ObjectPtr> pods, std::vector<DaemonPod> last);

/// A node as a daemon set sees it: what belongs there and what is there.
struct DaemonPlace {
    std::string name;
    bool exists = true; ///< false: only its pods are left
    DaemonFit::Verdict verdict;
    std::span<const DaemonPod* const> pods;

    /// It has a pod or should have one.
    bool concerned() const { return verdict.run || !pods.empty(); }
};
/// Puts pods at their targets' places. What is meant for none of these gets a place behind them, by name.
/// What it returns, and `pods`, must live as long as the places.
[[nodiscard]] std::vector<const DaemonPod*> seatDaemons(std::vector<DaemonPlace>& places,
                                                        const std::vector<DaemonPod>& pods);

/// One look at a DaemonSet.
struct DaemonView {
    const apps::DaemonSet& set;
    const std::string& hash;                ///< of the present revision, as the label of its pods has it
    const std::vector<DaemonPlace>& places; ///< every node there is, then nodes that are gone
    WallTime now;

    bool updated(const DaemonPod& pod) const;
    bool available(const DaemonPod& pod) const;
};

struct DaemonPlan {
    std::vector<std::string> create; ///< nodes that need a pod
    std::vector<ObjectPtr> remove;
    bool empty() const { return create.empty() && remove.empty(); }
};

/// Pods where they are missing, none where they do not belong, one (with surge: one of each version) a node.
/// Failed and succeeded pods are replaced when `mayReplace` says so.
DaemonPlan placeDaemons(const DaemonView& view, const std::function<bool(const DaemonPod&)>& mayReplace);
/// The next step of a rolling update inside maxUnavailable or, where it is set, maxSurge.
DaemonPlan updateDaemons(const DaemonView& view);
/// Counts. `remaining` (may be null): how long until the next ready pod is available.
apps::DaemonSetStatus daemonStatus(const DaemonView& view, Duration* remaining);

} // namespace wheelhouse::controllers
