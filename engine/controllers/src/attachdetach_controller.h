#pragma once

#include "engine/api/groups/storage.h"
#include "engine/controllers/queued_controller.h"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace wheelhouse::controllers {

/// Asks drivers to attach volumes to the nodes whose pods need them, and to detach them when no pod does.
///
/// Watches Pods, PersistentVolumeClaims, PersistentVolumes, CSIDrivers, Nodes and VolumeAttachments. Creates
/// and deletes VolumeAttachments, which drivers act on, and writes node.status.volumesAttached. Volumes of
/// drivers that say attachRequired: false are none of its business, nor are attachments that others made.
///
/// One node is looked at at a time: what its pods want, less what is attached. A volume that only one node
/// may have is not attached to a second one before the first has let go. A volume is detached once the node
/// says it has unmounted it (status.volumesInUse), at once where the node is marked out of service, and after
/// six minutes where it is not ready. It goes from volumesAttached before it is detached, so that no node
/// mounts what is on its way out.
///
/// Everything shows in the API but since when a detachment has been waiting: after a restart that wait begins
/// again, which delays and never hastens. Attachments are named after volume, driver and node, so none is
/// made twice.
class AttachDetachController final : public QueuedController {
  public:
    explicit AttachDetachController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    struct Wanted {
        ObjectPtr volume;
        std::string driver;
        std::string handle;
        std::vector<ObjectPtr> pods;
    };
    using WantedByName = std::map<std::string, Wanted>; ///< by the attachment's name

    void podChanged(const ObjectPtr& pod);
    void claimChanged(const std::string& key);
    void attachmentChanged(const ObjectPtr& before, const ObjectPtr& attachment);
    void tellPods(const api::storage::VolumeAttachment& attachment, client::EventRecorder::Type type,
                  const char* reason, const std::string& message);
    WantedByName wantedOn(const std::string& node) const;
    std::optional<Wanted> attachable(const std::string& claim) const;
    Step attach(std::string node, std::string name, Wanted wanted);
    /// Says so to the pods that wait.
    bool takenElsewhere(const std::string& node, const Wanted& wanted,
                        const std::vector<ObjectPtr>& attachments);
    bool mayDetach(const ObjectPtr& node, const ObjectPtr& attachment);
    Step reportAttached(std::string node, std::set<std::string> leaving);

    client::Informer& pods_;
    client::Informer& claims_;
    client::Informer& volumes_;
    client::Informer& drivers_;
    client::Informer& nodes_;
    client::Informer& attachments_;
    std::map<std::string, Instant> unwantedSince_; ///< by the attachment's name
};

} // namespace wheelhouse::controllers
