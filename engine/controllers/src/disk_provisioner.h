#pragma once

#include "engine/api/groups/storage.h"
#include "engine/api/quantity.h"
#include "engine/controllers/queued_controller.h"

#include <map>
#include <string>

namespace wheelhouse::controllers {

/// The lab's own storage: makes, grows and deletes the volumes of classes whose provisioner is
/// disk.wheelhouse.dev or volume.wheelhouse.dev. To the rest of the cluster it is an external provisioner
/// like any other.
///
/// A disk (disk.wheelhouse.dev) is a place on one node, kept for as long as the volume exists, whatever
/// becomes of the pods that use it; its volume carries that node as node affinity. A volume of
/// volume.wheelhouse.dev is a disk of a MachineProvider that is attached to whichever of its machines needs
/// it (VolumeAttacher does so); its volume carries that provider. With WaitForFirstConsumer both follow the
/// node the scheduler chose (volume.kubernetes.io/selected-node); with Immediate the ready node that holds
/// the fewest. Finalizer external-provisioner.volume.kubernetes.io/finalizer stays until the volume is
/// Released and what is behind it gone.
///
/// Watches PersistentVolumeClaims, PersistentVolumes, StorageClasses and Nodes. Calls MachineProviders
/// (ensureVolume, removeVolume). Creates and deletes PersistentVolumes, writes their capacity and finalizers,
/// and the capacity in the status of claims that grew. In a new cluster it also creates the default
/// StorageClass `standard` and, where there are machines, `disk`, with their CSIDrivers; a StorageClass
/// somebody deletes later stays deleted, because the CSIDriver shows that this was done.
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
    /// One of the two sorts of storage.
    struct Sort;
    static const Sort* sortOf(const std::string& driver);
    static const Sort* sortOf(const Volume& volume);
    Step introduce();
    Step introduce(const Sort& sort);
    Step reconcileClaim(ObjectPtr object);
    Step reconcileVolume(ObjectPtr object);
    Step make(ObjectPtr object, Claim claim, const Sort& sort);
    /// Makes or grows what is behind a volume; success where that is the node's business.
    Step ensure(const Sort& sort, std::string provider, std::string handle, api::Quantity size);
    Step removeBehind(Volume volume);
    Step grow(ObjectPtr object, Claim claim, ObjectPtr volumeObject);
    Step refuse(ObjectPtr claim, std::string why);
    /// The node a disk should be on, by name; or why there is none.
    Result<std::string> place(const Claim& claim, const api::storage::StorageClass& of,
                              const Sort& sort) const;
    std::string providerOf(const std::string& node) const;
    Volume volumeFor(const ObjectPtr& claim, const api::storage::StorageClass& of, const std::string& node,
                     const Sort& sort) const;

    std::map<std::string, machines::MachineProvider*> providers_;
    client::Informer& claims_;
    client::Informer& volumes_;
    client::Informer& classes_;
    client::Informer& drivers_;
    client::Informer& nodes_;
};

} // namespace wheelhouse::controllers
