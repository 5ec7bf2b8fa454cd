#pragma once

#include "daemon_pods.h"
#include "revision_history.h"

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::controllers {

/// Keeps one pod of a DaemonSet on every node it fits.
///
/// Watches DaemonSets, Pods, Nodes and ControllerRevisions. Creates and deletes Pods, bound to their node by
/// affinity to its name; creates, numbers and deletes ControllerRevisions; writes ownerReferences of both
/// when it adopts or releases them; writes DaemonSet status. Never touches a DaemonSet's spec, nor a node.
///
/// Each look finds (or makes) the revision of the present template, puts pods where they are missing and
/// takes them from where they do not belong; when nothing of that is to be done, it takes the next step of a
/// rolling update. A node gets a new pod only when the last one's object is gone. Failed pods are replaced
/// with a back-off of their node, from 1 second to 15 minutes; with OnDelete nothing else is replaced.
///
/// Interrupted anywhere, pods and revisions in the cluster are the whole state; the back-off begins anew.
/// While this instance lives, expectations stop it from acting on a view that lacks its own last writes.
class DaemonSetController final : public PodOwnerController {
  public:
    explicit DaemonSetController(const Deps& deps);

  protected:
    Claim::Test matching(const api::Object& owner) const override;
    Step reconcile(std::string key) override;

  private:
    /// One look, kept alive across what it waits for.
    struct Look {
        ObjectPtr object;
        apps::DaemonSet set;
        std::string hash;
        std::vector<DaemonPod> pods;
        std::vector<DaemonPlace> places;
        std::vector<const DaemonPod*> seats; ///< the pods of `places`, one place after another
    };
    struct Backoff {
        Duration delay{};
        Instant last{};
    };

    void nodeChanged(const ObjectPtr& before, const ObjectPtr& node);
    const NodeFacts& factsOf(const ObjectPtr& node);
    void setGone(const ObjectPtr& set);
    client::Task<Result<Revisions>> findRevision(const Look& look);
    DaemonView viewOf(const Look& look) const;
    Step manage(const Look& look);
    Step carryOut(const Look& look, DaemonPlan plan);
    bool mayReplace(const Look& look, const DaemonPod& ended);
    Step cleanUp(const Look& look, Revisions revisions);
    Step writeStatus(Look& look, int collisions);

    client::Informer& nodes_;
    client::Informer& revisions_;
    RevisionHistory history_;
    /// By name, of the object beside them: nodes are many and seldom change in what matters here.
    std::unordered_map<std::string, std::pair<ObjectPtr, NodeFacts>> facts_;
    /// By set, of the last look.
    std::unordered_map<Uid, std::vector<DaemonPod>> known_;
    /// By set and node, of pods that failed.
    std::map<std::pair<Uid, std::string>, Backoff> backoffs_;
};

} // namespace wheelhouse::controllers
