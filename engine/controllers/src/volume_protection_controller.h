#pragma once

#include "engine/controllers/queued_controller.h"

namespace wheelhouse::controllers {

/// Keeps a claim that is being deleted until no pod has it in its hands (finalizer
/// kubernetes.io/pvc-protection).
///
/// Watches PersistentVolumeClaims and Pods. Adds the finalizer to claims that lack it (the API server gives
/// it to new ones) and takes it from claims that are being deleted once neither the informer nor, asked
/// afresh, the server knows a pod on a node that uses them.
///
/// Remembers nothing; interrupted, the next look decides anew. Looking too early only means looking again
/// when the pod changes.
class ClaimProtectionController final : public QueuedController {
  public:
    explicit ClaimProtectionController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    client::Task<Result<bool>> inUse(ObjectPtr claim);

    client::Informer& claims_;
    client::Informer& pods_;
};

/// Keeps a volume that is being deleted as long as it is bound to a claim (finalizer
/// kubernetes.io/pv-protection).
///
/// Watches PersistentVolumes. Adds the finalizer to those that lack it, takes it from those that are being
/// deleted and not Bound. Remembers nothing.
class VolumeProtectionController final : public QueuedController {
  public:
    explicit VolumeProtectionController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    client::Informer& volumes_;
};

} // namespace wheelhouse::controllers
