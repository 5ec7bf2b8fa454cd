#pragma once

#include "engine/controllers/queued_controller.h"

namespace wheelhouse::controllers {

/// Writes the rules of ClusterRoles that gather others: those of every role one of its selectors matches, by
/// name, each rule once.
///
/// Watches ClusterRoles. Any change of one may concern all that gather, and they are few. What people wrote
/// into the rules of a gathering role is overwritten.
///
/// Interrupted, the next look computes the same rules again.
class ClusterRoleAggregationController final : public QueuedController {
  public:
    explicit ClusterRoleAggregationController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    void enqueueGathering();
    client::Informer& roles_;
};

} // namespace wheelhouse::controllers
