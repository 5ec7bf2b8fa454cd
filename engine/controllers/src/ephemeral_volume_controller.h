#pragma once

#include "engine/controllers/queued_controller.h"

namespace wheelhouse::controllers {

/// Makes the claim behind each ephemeral volume of a pod, named POD-VOLUME and owned by the pod, so that it
/// goes with it.
///
/// Watches Pods and PersistentVolumeClaims. Creates claims and nothing else. A claim of that name that
/// belongs to somebody else is left alone and the pod is told.
///
/// Interrupted, the next look makes what is missing; making one that exists is AlreadyExists, and the next
/// look says whose it is.
class EphemeralVolumeController final : public QueuedController {
  public:
    explicit EphemeralVolumeController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    Step makeClaim(ObjectPtr pod, core::Volume volume);

    client::Informer& pods_;
    client::Informer& claims_;
};

} // namespace wheelhouse::controllers
