#pragma once

#include "deployment_math.h"
#include "engine/controllers/queued_controller.h"

#include <optional>

namespace wheelhouse::controllers {

/// Turns a Deployment's template into a ReplicaSet and moves pods from the old ones to it.
///
/// Watches Deployments, ReplicaSets and Pods (the last only for Recreate, which waits for the old pods to be
/// gone). Creates, resizes, annotates, adopts, releases and deletes ReplicaSets; writes Deployment status and
/// its revision annotation. Never touches pods.
///
/// Each look does at most one step: find (or make) the ReplicaSet whose template is the Deployment's, then
/// either scale in proportion (when spec.replicas changed or the Deployment is paused), or grow the new one
/// and shrink the old ones inside the fence of maxSurge and maxUnavailable. The next ReplicaSet event brings
/// the next look. An undone rollout is an ordinary one: the old template is found again and gets the next
/// revision number; one undone by the old rollback annotation gets the old template from this controller.
///
/// Interrupted anywhere, the ReplicaSets in the cluster are the whole state: a ReplicaSet's name is a
/// function of the Deployment and the template, so making it twice is AlreadyExists and not a second one; one
/// of that name with another template raises status.collisionCount and with it the name. All writes carry the
/// resourceVersion they were computed from: who looked at an old state gets Conflict, and looks again.
class DeploymentController final : public QueuedController {
  public:
    explicit DeploymentController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    /// One look: the Deployment and its ReplicaSets as they are now, kept up to date with what this look
    /// writes.
    struct Look {
        ObjectPtr object;
        apps::Deployment deployment;
        Sets old;
        std::optional<apps::ReplicaSet> fresh;

        Sets all() const;
    };

    void setChanged(const ObjectPtr& set);
    client::Task<Result<Sets>> claimSets(ObjectPtr object, apps::Deployment deployment);
    Step rollBack(Look& look);
    Step findFresh(Look& look, bool create);
    Step createFresh(Look& look, std::int64_t revision);
    Step adoptRevision(Look& look, std::int64_t revision);
    Step writeRevision(Look& look, std::int64_t revision);
    Step countCollision(Look& look);
    Step rollOut(Look& look);
    Step recreate(Look& look);
    Step scaleOnly(Look& look);
    Step resize(Look& look, apps::ReplicaSet& set, int replicas);
    Step cleanUp(Look& look);
    Step writeStatus(Look& look, bool progress);
    bool oldPodsRun(const Look& look) const;

    client::Informer& deployments_;
    client::Informer& sets_;
    client::Informer& pods_;
};

} // namespace wheelhouse::controllers
