#pragma once

#include "engine/api/groups/storage.h"
#include "engine/controllers/queued_controller.h"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace wheelhouse::controllers {

/// The driver's side of attaching the lab's own volumes (driver volume.wheelhouse.dev): what an external
/// attacher is to any other driver.
///
/// Watches VolumeAttachments, PersistentVolumes, Nodes and Machines. Calls the MachineProvider that has the
/// volume (attachVolume, detachVolume); writes the finalizer and status of VolumeAttachments.
///
/// A deleted attachment keeps its finalizer until the provider says that the machine cannot reach the volume
/// any more; only then can it be attached elsewhere. From a node that has it mounted, as far as is known
/// (status.volumesInUse), it is not taken before it is certain that nobody writes: the node says otherwise,
/// is marked out of service, has gone, or its machine is off. What is waited for stands in
/// status.detachError.
///
/// Interrupted anywhere, a new one asks for everything again, which changes nothing where it was done:
/// providers remember what they gave to whom.
class VolumeAttacher final : public QueuedController {
  public:
    explicit VolumeAttacher(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    using Attachment = api::storage::VolumeAttachment;
    /// The volume as its provider knows it.
    struct Disk {
        machines::MachineProvider* provider = nullptr;
        std::string handle;
    };

    void nodeChanged(const std::string& node);
    Result<Disk> diskOf(const Attachment& attachment) const;
    Step attach(ObjectPtr object, Attachment attachment);
    Step detach(ObjectPtr object, Attachment attachment);
    Step say(Attachment attachment, bool attaching, std::string why);
    Step sayFailure(Attachment attachment, bool attaching, std::string why);
    /// Why somebody may still write to the volume, or "".
    std::string whyNotYet(const Attachment& attachment, const std::string& handle) const;

    std::map<std::string, machines::MachineProvider*> providers_;
    client::Informer& attachments_;
    client::Informer& volumes_;
    client::Informer& nodes_;
    client::Informer& machines_;
    std::set<std::string> asked_; ///< attachments a provider has said yes to since this controller began
};

} // namespace wheelhouse::controllers
