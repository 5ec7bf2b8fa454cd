#pragma once

#include "engine/controllers/queued_controller.h"

#include <map>
#include <set>

namespace wheelhouse::controllers {

/// Shows people what each ResourceQuota limits and how much of it is used, in its status. The API server
/// itself counts what it admits and never looks at this.
///
/// Watches ResourceQuotas and the kinds they most often count, and whatever else a quota names as
/// `count/PLURAL.GROUP`, custom kinds too, from then on; a change in a namespace with quotas is looked at a
/// moment later, together with the others of that moment.
///
/// Interrupted, the next look counts anew.
class ResourceQuotaController final : public QueuedController {
  public:
    explicit ResourceQuotaController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    void contentChanged(const ObjectPtr& object);
    /// Follows the kind a quota counts under this name, "count/widgets.example.com". False while it is not
    /// complete or there is no such kind.
    client::Task<Result<bool>> follow(std::string counted);
    client::Informer& quotas_;
    std::vector<client::Informer*> content_;
    std::set<std::string> known_; ///< what `content_` counts
    std::map<std::string, std::unique_ptr<client::Informer>> asked_;
};

} // namespace wheelhouse::controllers
