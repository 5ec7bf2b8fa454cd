#pragma once

#include "expectations.h"
#include "queued_controller.h"

#include <vector>

namespace wheelhouse::controllers {

/// Keeps as many pods as a ReplicaSet asks for.
///
/// Watches ReplicaSets and Pods. Creates and deletes Pods; writes their ownerReferences when it adopts or
/// releases them; writes ReplicaSet status. Never touches a ReplicaSet's spec.
///
/// A pod belongs to a ReplicaSet by the uid in its controller reference. Pods nobody controls that match the
/// selector are adopted (after the ReplicaSet was read afresh, so that a deleted one adopts nothing); owned
/// pods that stopped matching are released. Missing pods are made in batches of 1, 2, 4, … so that a cluster
/// that refuses them is asked little; surplus pods go in the order in which they are missed least.
///
/// Interrupted anywhere, the next look at the pods is enough: what was made or deleted before shows in the
/// informer. While this instance lives, expectations (by uid) stop it from acting on a view that lacks its
/// own last writes; after a restart there are none, and the informer is complete before the first look. A
/// Conflict or any other error is tried again with back-off.
class ReplicaSetController final : public QueuedController {
  public:
    explicit ReplicaSetController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    struct Replica {
        ObjectPtr object;
        core::Pod pod;
    };

    void podAdded(const ObjectPtr& pod);
    void podUpdated(const ObjectPtr& before, const ObjectPtr& pod);
    void podDeleted(const ObjectPtr& pod);
    void enqueueOwner(const Uid& owner);
    void enqueueWouldBeOwners(const ObjectPtr& orphan);

    client::Task<Result<std::vector<Replica>>> claimPods(ObjectPtr object, apps::ReplicaSet set);
    Step manage(ObjectPtr object, apps::ReplicaSet set, std::vector<Replica> active);
    Step createPods(ObjectPtr object, apps::ReplicaSet set, int count);
    Step deletePods(ObjectPtr object, std::vector<Replica> victims);
    Step writeStatus(ObjectPtr object, apps::ReplicaSet set, std::vector<Replica> pods, Result<void> managed);

    client::Informer& sets_;
    client::Informer& pods_;
    Expectations expectations_;
};

} // namespace wheelhouse::controllers
