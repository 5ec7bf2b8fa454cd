#pragma once

#include "engine/autoscaling/autoscaling.h"
#include "engine/client/event_recorder.h"
#include "engine/controllers/queued_controller.h"
#include "pool/expander.h"
#include "pool/pool_view.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace wheelhouse::autoscaling {

/// Decides how many machines the pools with a maximum should have.
///
/// Watches NodePools, Machines, Nodes, Pods and PodDisruptionBudgets; looks at everything together, every ten
/// seconds and a second after a pod was found to fit nowhere. Writes spec.replicas of NodePools (their
/// scale), their status as far as it tells of its decisions, the annotation that marks a machine as
/// dispensable, and Events about pools and pods. How machines are made and nodes emptied is PoolController's.
///
/// Growing: of the pods the scheduler found no node for, those that would find none on the machines already
/// on their way either are what is short. For each pool the scheduler is asked where they would go if there
/// were more of its machines; the best pool (expander.h) gets as many as help, one pool in a round.
/// Shrinking: a node whose pods request little, for long enough and no sooner than some time after the last
/// growth, goes if the scheduler would find room for all its pods elsewhere, none of them would be lost and
/// no budget forbids it; empty nodes together, others one by one.
///
/// Interrupted anywhere, the next round decides again by what there then is: a pool is changed on the
/// condition that it is the one that was looked at, and how long nodes have been idle stands in the pools'
/// status. While placement cannot be asked, nothing is changed.
class PoolAutoscaler final : public controllers::QueuedController {
  public:
    PoolAutoscaler(const controllers::Deps& deps, const PoolOptions& options, Placement& placement);

  protected:
    controllers::Step reconcile(std::string key) override;
    void started() override { enqueue("pools"); }

  private:
    using Pool = api::lab::NodePool;

    /// One pool as it is, and what this round makes of it.
    struct State {
        api::ObjectPtr object;
        Pool pool;
        std::vector<Member> members;
        bool grown = false;
        std::vector<api::lab::IdleNode> idle;
        int removable() const { return pool.spec().replicas() - pool.spec().min(); }
    };
    using States = std::vector<State>;

    States gather() const;
    void podChanged(const api::ObjectPtr& pod);

    client::Task<Result<void>> growAll(States& states);
    Shortage shortageIn(const States& states) const;
    std::vector<Candidate> candidatesIn(const States& states) const;
    api::core::Node nodeOf(const State& state) const;
    controllers::Step grow(States& states, const std::vector<GrowthOption>& options);
    void tellHelpless(States& states, const std::vector<api::ObjectPtr>& pods);

    client::Task<Result<void>> shrink(State& state);
    bool isIdle(const State& state, const Member& member, api::lab::IdleNode& idle) const;
    Result<std::string> whyKept(const Member& member, const std::vector<api::ObjectPtr>& pods) const;
    controllers::Step setDispensable(const Member& member, const std::string& why);
    std::vector<api::ObjectPtr> podsToMove(const std::string& node) const;

    controllers::Step setReplicas(State& state, int replicas);
    controllers::Step writeStatus(State& state);
    void decide(State& state, const std::string& action, int to, std::string message,
                const std::vector<GrowthOption>& options = {});
    /// Where the pod could go without a node of its own being named.
    static api::ObjectPtr unbound(const api::ObjectPtr& pod);

    const PoolOptions poolOptions_;
    Placement& placement_;
    client::EventRecorder poolEvents_;
    client::Informer& pools_;
    client::Informer& machines_;
    client::Informer& nodes_;
    client::Informer& pods_;
    client::Informer& budgets_;
    std::set<Uid> told_; ///< pods that were told that nothing helps them
};

} // namespace wheelhouse::autoscaling
