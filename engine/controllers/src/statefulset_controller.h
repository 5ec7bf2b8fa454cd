#pragma once

#include "revision_history.h"
#include "stateful_pods.h"

#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::controllers {

/// Keeps the pods of a StatefulSet: numbered, each with its name, its place in DNS and its claims.
///
/// Watches StatefulSets, Pods, PersistentVolumeClaims and ControllerRevisions. Creates and deletes Pods and
/// repairs their identity labels; creates PersistentVolumeClaims and writes their ownerReferences as the
/// retention policy says; creates, numbers and deletes ControllerRevisions; writes ownerReferences of pods
/// and revisions when it adopts or releases them; writes StatefulSet status. Never touches a StatefulSet's
/// spec and never deletes a claim.
///
/// OrderedReady: one step a look, in order: the first pod that is missing is made, the first that is not yet
/// available is waited for; only when all are available is the highest surplus pod deleted; only when there
/// is no surplus is a pod of an old revision deleted, from the highest number down to the partition. A pod of
/// a broken revision holds everything back until it is available or somebody deletes it: pods are never
/// replaced to get out of that. Parallel: the same without waiting; updates keep to maxUnavailable. OnDelete:
/// old pods stay until somebody deletes them.
///
/// At most one pod of a number exists ever: its name is its number, and it is deleted, by uid and with its
/// full grace, and only made again when its object is gone, which only its node (or whoever says that the
/// node is no more) does.
///
/// Interrupted anywhere, pods, claims and revisions in the cluster are the whole state; making one that
/// exists is AlreadyExists. While this instance lives, expectations stop it from acting on a view that lacks
/// its own last writes.
class StatefulSetController final : public PodOwnerController {
  public:
    explicit StatefulSetController(const Deps& deps);

  protected:
    Claim::Test matching(const api::Object& owner) const override;
    Step reconcile(std::string key) override;

  private:
    /// A number and, where it exists, its pod.
    struct Replica {
        int ordinal = 0;
        std::optional<OwnedPod> present;
    };
    /// One look, kept alive across what it waits for.
    struct Look {
        ObjectPtr object;
        apps::StatefulSet set;
        std::string currentRevision;
        std::string updateRevision;
        core::PodTemplateSpec currentTemplate;
        std::vector<Replica> replicas;  ///< of the wanted numbers, in order
        std::vector<Replica> condemned; ///< of other numbers, highest first
        bool ordered = true;
        WallTime now;

        bool available(const Replica& replica) const;
        /// It does not serve: not there, not available or on its way out.
        bool unavailable(const Replica& replica) const;
    };

    void claimGone(const ObjectPtr& claim);
    client::Task<Result<Revisions>> findRevisions(const Look& look);
    Result<void> readRevisions(Look& look, const Revisions& revisions) const;
    void sortOut(Look& look, std::vector<OwnedPod> pods) const;

    Step advance(const Look& look);
    /// True: everything that comes before surplus pods and updates is as it should be (or need not be waited
    /// for).
    client::Task<Result<bool>> tendReplicas(const Look& look);
    client::Task<Result<bool>> tendReplica(const Look& look, const Replica& replica,
                                           std::vector<Replica>& missing);
    client::Task<Result<bool>> removeCondemned(const Look& look);
    Step update(const Look& look);

    Step make(const Look& look, std::vector<Replica> missing);
    Step remove(const Look& look, std::vector<Replica> victims);
    Step repair(const Look& look, const Replica& replica);
    Step makeClaims(const Look& look, int ordinal);
    Step ownClaims(const Look& look, const Replica& replica);
    bool hasStaleClaim(const Look& look, int ordinal) const;
    core::Pod podFor(const Look& look, int ordinal) const;
    void tell(const Look& look, const char* verb, const std::string& pod, const Result<void>& outcome);

    Step writeStatus(Look& look, const std::vector<OwnedPod>& pods, int collisions);
    Step cleanUp(const Look& look, const std::vector<OwnedPod>& pods, Revisions revisions);

    client::Informer& claims_;
    client::Informer& revisions_;
    RevisionHistory history_;
};

} // namespace wheelhouse::controllers
