#pragma once

#include "queued_controller.h"

namespace wheelhouse::controllers {

/// Shows people what each ResourceQuota limits and how much of it is used, in its status. The API server
/// itself counts what it admits and never looks at this.
///
/// Watches ResourceQuotas and the kinds they most often count; a change in a namespace with quotas is looked
/// at a moment later, together with the others of that moment.
///
/// Interrupted, the next look counts anew.
class ResourceQuotaController final : public QueuedController {
  public:
    explicit ResourceQuotaController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    void contentChanged(const ObjectPtr& object);
    client::Informer& quotas_;
    std::vector<client::Informer*> content_;
};

} // namespace wheelhouse::controllers
