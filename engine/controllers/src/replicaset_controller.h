#pragma once

#include "engine/api/glance.h"
#include "pod_owner_controller.h"

#include <vector>

namespace wheelhouse::controllers {

/// Keeps as many pods as a ReplicaSet asks for.
///
/// Watches ReplicaSets and Pods. Creates and deletes Pods; writes their ownerReferences when it adopts or
/// releases them; writes ReplicaSet status. Never touches a ReplicaSet's spec.
///
/// Which pods are a ReplicaSet's, and how they are made and deleted: see PodOwnerController. Pods nobody
/// controls are adopted only while they run or may run. Surplus pods go in the order in which they are missed
/// least.
///
/// Interrupted anywhere, the next look at the pods is enough: what was made or deleted before shows in the
/// informer. A Conflict or any other error is tried again with back-off.
class ReplicaSetController : public PodOwnerController {
  public:
    explicit ReplicaSetController(const Deps& deps);

  protected:
    /// What differs between ReplicaSets and another kind that means the same.
    struct Kind {
        const char* controller;
        const api::Kind* kind;
        /// The object as the ReplicaSet it amounts to.
        apps::ReplicaSet (*view)(const api::Object& object);
        /// The object with this status, to be written.
        client::Body (*withStatus)(const api::Object& object, const apps::ReplicaSetStatus& status);
        /// Its status has room for the pods on their way out.
        bool countsTerminating;
    };
    ReplicaSetController(const Deps& deps, const Kind& kind);

    Claim::Test matching(const api::Object& owner) const override;
    Step reconcile(std::string key) override;

  private:
    struct Replica {
        ObjectPtr pod;
        api::PodFacts facts; ///< of `pod`
    };
    Step manage(ObjectPtr object, const apps::ReplicaSet& set, const std::vector<Replica>& replicas);
    Step writeStatus(ObjectPtr object, apps::ReplicaSet set, const std::vector<Replica>& all,
                     Result<void> managed);

    const Kind kind_;
};

} // namespace wheelhouse::controllers
