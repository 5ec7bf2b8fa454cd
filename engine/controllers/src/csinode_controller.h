#pragma once

#include "engine/api/groups/storage.h"
#include "engine/controllers/queued_controller.h"

#include <map>
#include <string>

namespace wheelhouse::controllers {

/// Says of each node how many of the lab's own volumes (driver volume.wheelhouse.dev) it can have at a time,
/// so that the scheduler sends no pod where its volume could not be attached. Elsewhere the node's kubelet
/// does this when a driver registers with it; here the machine provider is the driver.
///
/// Watches Nodes and CSINodes. Writes CSINodes: one for each node of a provider that has a limit, owned by
/// the node and so collected with it; drivers others have entered there are left as they are.
///
/// Interrupted anywhere, a new one finds what is missing or wrong.
class CsiNodeController final : public QueuedController {
  public:
    explicit CsiNodeController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    std::map<std::string, machines::MachineProvider*> providers_;
    client::Informer& nodes_;
    client::Informer& csiNodes_;
};

} // namespace wheelhouse::controllers
