#pragma once

#include "engine/api/groups/storage.h"
#include "engine/controllers/queued_controller.h"

#include <string>
#include <vector>

namespace wheelhouse::controllers {

/// Brings claims and volumes together, and says what becomes of volumes whose claim has gone.
///
/// Watches PersistentVolumeClaims, PersistentVolumes, StorageClasses and Pods. Writes a volume's claimRef and
/// status, a claim's volumeName, class (the default one, where it named none) and status, and the annotations
/// pv.kubernetes.io/bind-completed, pv.kubernetes.io/bound-by-controller and, for whoever provisions,
/// volume.kubernetes.io/storage-provisioner. It makes no volume and deletes none: provisioners do, ours
/// (DiskProvisioner) like any other.
///
/// A binding is four writes: the volume's claimRef (from here on the volume is this claim's), the volume's
/// phase, the claim's volumeName, the claim's phase. Interrupted between any two of them, the next look at
/// either object goes on where it was left; a volume that was taken for a claim which got another one is let
/// go again. All writes carry the resourceVersion they were computed from, so two claims never get the same
/// volume: the second is a Conflict and looks again.
///
/// A claim whose volume has gone is Lost for good. A volume is Released only after the server itself was
/// asked whether its claim is really gone.
class PersistentVolumeController final : public QueuedController {
  public:
    explicit PersistentVolumeController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    using Claim = core::PersistentVolumeClaim;
    using Volume = core::PersistentVolume;

    void claimChanged(const ObjectPtr& claim);
    void volumeChanged(const ObjectPtr& volume);
    void classChanged();
    void podChanged(const ObjectPtr& pod);

    // Claims.
    Step reconcileClaim(ObjectPtr object);
    Step reconcileUnbound(ObjectPtr object, Claim claim);
    Step reconcileRequested(ObjectPtr object, Claim claim);
    Step reconcileBound(ObjectPtr object, Claim claim);
    Step provision(ObjectPtr object, Claim claim);
    Step bind(ObjectPtr volumeObject, ObjectPtr claimObject);
    Step takeVolume(ObjectPtr& volumeObject, const ObjectPtr& claimObject);
    Step nameVolume(ObjectPtr& claimObject, const std::string& volume);
    Step writeClaimStatus(ObjectPtr object, std::string phase, ObjectPtr volume);
    Step loseClaim(ObjectPtr object, std::string reason, std::string message);
    void sayWhatItWaitsFor(const ObjectPtr& claim);
    bool waitsForConsumer(const Claim& claim) const;

    // Volumes.
    Step reconcileVolume(ObjectPtr object);
    /// The claim a volume is bound to, or null when the server says that there is none.
    client::Task<Result<ObjectPtr>> claimOfVolume(Volume volume);
    Step release(ObjectPtr object);
    Step unbind(ObjectPtr object);
    Step writeVolumePhase(ObjectPtr& object, std::string phase, std::string message);
    Step failVolume(ObjectPtr object, std::string reason, std::string message);

    client::Informer& claims_;
    client::Informer& volumes_;
    client::Informer& classes_;
    client::Informer& pods_;
};

} // namespace wheelhouse::controllers
