#pragma once

#include "engine/controllers/queued_controller.h"
#include "pool/pool_view.h"

#include <map>
#include <string>
#include <vector>

namespace wheelhouse::autoscaling {

/// Keeps as many machines as a NodePool asks for, and empties nodes before their machines go.
///
/// Watches NodePools, Machines, Nodes and Pods. Creates and deletes Machines; writes their annotations, the
/// nodes' spec.unschedulable, evictions (pods/eviction, so that disruption budgets are respected), the
/// pool's status (all of it but what the pool autoscaler decides) and Events.
///
/// A machine is the pool's by its controller reference. One too many is marked as leaving; from then on it
/// does not count. Its node is cordoned, its pods are evicted and, once none is left that would not go with
/// the node anyway, it is deleted; a node that is not ready has nobody who could stop pods, and goes at once.
/// Machines marked dispensable go first, then those without a ready node, then those with the fewest pods.
/// When the pool grows again while machines leave, they stay instead.
///
/// Interrupted anywhere, the marks on machines and nodes say how far it was. While this instance lives,
/// machines it has just made or marked are remembered until the watch shows them, so that nothing is made or
/// marked twice; after a restart the informers are complete before the first look.
class PoolController final : public controllers::QueuedController {
  public:
    explicit PoolController(const controllers::Deps& deps);

  protected:
    controllers::Step reconcile(std::string key) override;

  private:
    using Pool = api::lab::NodePool;
    using Members = std::vector<Member>;

    controllers::Step grow(api::ObjectPtr object, Pool pool, int missing);
    controllers::Step keep(Member member);
    controllers::Step markLeaving(api::ObjectPtr object, Member member);
    controllers::Step empty(api::ObjectPtr object, Member member, std::string& state);
    controllers::Step setCordon(api::ObjectPtr node, bool cordoned);
    client::Task<Result<void>> evict(std::vector<api::ObjectPtr> pods, std::string& state);
    controllers::Step writeStatus(api::ObjectPtr object, Members members, std::string message);
    Members surplus(Members members, std::size_t count) const;
    std::vector<api::ObjectPtr> podsToMove(const std::string& node) const;
    void enqueuePoolOf(const api::ObjectPtr& machine);

    client::Informer& pools_;
    client::Informer& machines_;
    client::Informer& nodes_;
    client::Informer& pods_;
    /// Machines made lately, or perhaps made, and not yet seen; by pool and name.
    std::map<std::string, std::map<std::string, Instant>> made_;
};

} // namespace wheelhouse::autoscaling
