#pragma once

#include "engine/controllers/queued_controller.h"

#include <map>

namespace wheelhouse::controllers {

/// Removes pods nobody else will ever remove.
///
/// Watches Pods and Nodes. Every few seconds it deletes, without grace: pods bound to a node that does not
/// exist (after a quarantine, and after asking the server once more), pods that were deleted before they were
/// bound anywhere, pods that are terminating on a node that is down and marked out of service, and the oldest
/// ended pods above a threshold. Pods whose node is lost are first marked Failed, so that whoever counts them
/// sees it.
///
/// The only memory is since when a node has been missing; after a restart the quarantine begins again, which
/// delays but never hastens. Deletions name the pod's uid.
class PodGcController final : public QueuedController {
  public:
    explicit PodGcController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;
    void started() override { enqueue("sweep"); }

  private:
    Step sweepOrphans();
    Step sweepEnded();
    Step forceDelete(ObjectPtr object, bool markFailed, std::string why);

    client::Informer& pods_;
    client::Informer& nodes_;
    std::map<std::string, Instant> missingSince_;
};

} // namespace wheelhouse::controllers
