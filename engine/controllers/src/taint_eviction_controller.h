#pragma once

#include "engine/controllers/queued_controller.h"

#include <optional>

namespace wheelhouse::controllers {

/// How long a pod may stay on a node with these NoExecute taints: nothing = for ever, zero = not at all.
/// Counted from each taint's timeAdded, so that the answer is the same after a restart.
std::optional<Duration> toleratedFor(const api::core::Pod& pod, const api::core::Node& node, WallTime now);

/// Deletes pods that do not tolerate their node's NoExecute taints, when their toleration runs out.
///
/// Watches Pods and Nodes. Writes the pod's DisruptionTarget condition, then deletes it with its own grace
/// period.
///
/// Each pod is looked at on its own, when it is bound, when its node's NoExecute taints change, and when its
/// time has come; a taint that went in the meantime means nothing is done. The time is computed from the
/// taint, not remembered: a restart neither forgets nor prolongs a toleration. Deletions name the pod's uid.
class TaintEvictionController final : public QueuedController {
  public:
    explicit TaintEvictionController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    void nodeChanged(const ObjectPtr& before, const ObjectPtr& node);

    client::Informer& pods_;
    client::Informer& nodes_;
};

} // namespace wheelhouse::controllers
