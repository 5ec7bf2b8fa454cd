#pragma once

#include "engine/api/groups/storage.h"
#include "engine/controllers/queued_controller.h"

#include <string>

namespace wheelhouse::controllers {

/// The lab's own storage: makes, grows and deletes the volumes of classes whose provisioner is
/// disk.wheelhouse.dev. To the rest of the cluster it is an external provisioner like any other.
///
/// A disk is a place on one node, kept for as long as the volume exists, whatever becomes of the pods that
/// use it. With WaitForFirstConsumer it is on the node the scheduler chose
/// (volume.kubernetes.io/selected-node); with Immediate on the ready node that holds the fewest. Its volume
/// carries that node as node affinity, and finalizer external-provisioner.volume.kubernetes.io/finalizer
/// until it is Released.
///
/// Watches PersistentVolumeClaims, PersistentVolumes, StorageClasses and Nodes. Creates and deletes
/// PersistentVolumes, writes their capacity and finalizers, and the capacity in the status of claims that
/// grew. In a new cluster it also creates the default StorageClass `standard` and the CSIDriver
/// disk.wheelhouse.dev; a StorageClass somebody deletes later stays deleted, because the CSIDriver shows that
/// this was done.
///
/// A volume's name comes from its claim's uid, so being interrupted, or making it twice, makes it once. What
/// it cannot make is said in an Event and tried again later.
class DiskProvisioner final : public QueuedController {
  public:
    explicit DiskProvisioner(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;
    void started() override;

  private:
    using Claim = core::PersistentVolumeClaim;
    using Volume = core::PersistentVolume;

    void claimChanged(const ObjectPtr& claim);
    Step introduce();
    Step reconcileClaim(ObjectPtr object);
    Step reconcileVolume(ObjectPtr object);
    Step make(ObjectPtr object, Claim claim);
    Step grow(ObjectPtr object, Claim claim, ObjectPtr volumeObject);
    Step refuse(ObjectPtr claim, std::string why);
    /// The node a disk should be on, by name; or why there is none.
    Result<std::string> place(const Claim& claim, const api::storage::StorageClass& of) const;
    Volume volumeFor(const ObjectPtr& claim, const api::storage::StorageClass& of,
                     const std::string& node) const;

    client::Informer& claims_;
    client::Informer& volumes_;
    client::Informer& classes_;
    client::Informer& drivers_;
    client::Informer& nodes_;
};

} // namespace wheelhouse::controllers
