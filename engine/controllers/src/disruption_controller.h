#pragma once

#include "engine/controllers/queued_controller.h"
#include "look_pace.h"

#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::controllers {

/// Says how many pods of each PodDisruptionBudget may be evicted now.
///
/// Watches PodDisruptionBudgets, Pods, and the ReplicationControllers, ReplicaSets, Deployments and
/// StatefulSets that own them; other owners are asked for their scale. Writes PodDisruptionBudget status, and
/// the DisruptionTarget condition of pods that were announced to go and did not.
///
/// The server spends what the status allows (pods/eviction): it lowers disruptionsAllowed and puts the pod
/// into disruptedPods. Until this controller has seen the pod go, it counts the pod as gone; after two
/// minutes it takes it back. A status is written with the resourceVersion it was computed from, so an
/// eviction in between is never overwritten: the look is done again. What cannot be computed allows nothing.
///
/// Interrupted anywhere, the next look computes the same from the API; nothing is remembered.
class DisruptionController final : public QueuedController {
  public:
    explicit DisruptionController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    using Budget = api::policy::PodDisruptionBudget;
    struct Covered {
        ObjectPtr object;
        bool ready = false;
    };
    struct Expected {
        int pods = 0;
        int healthy = 0;
        std::vector<std::string> unmanaged; ///< pods without an owner: they are not counted
    };
    /// What a pod's owner wants.
    struct Scale {
        std::string uid;
        int replicas = 0;
    };

    void podChanged(const ObjectPtr& pod);
    void enqueuePaced(const ObjectPtr& budget);
    void ownerChanged(const ObjectPtr& owner);
    Step lookAtBudget(std::string key);
    Step lookAtPod(std::string key);
    std::vector<Covered> podsOf(const Budget& budget) const;
    client::Task<Result<Expected>> expect(const Budget& budget, const std::vector<Covered>& pods);
    client::Task<Result<Expected>> expectScale(const std::vector<Covered>& pods);
    client::Task<Result<std::optional<Scale>>> scaleOf(meta::OwnerReference owner, std::string nameSpace);
    client::Task<Result<std::optional<Scale>>> askForScale(meta::OwnerReference owner, std::string nameSpace);
    std::optional<Scale> scaleOfSet(const meta::OwnerReference& owner, const std::string& nameSpace) const;
    void keepDisrupted(const Budget& before, Budget& after, const std::vector<Covered>& pods);
    Step writeStatus(const Budget& before, Budget after);

    LookPace pace_; ///< of budgets
    client::Informer& budgets_;
    client::Informer& pods_;
    client::Informer& replicationControllers_;
    client::Informer& replicaSets_;
    client::Informer& deployments_;
    client::Informer& statefulSets_;
};

} // namespace wheelhouse::controllers
