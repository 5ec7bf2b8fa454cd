#pragma once

#include "engine/controllers/queued_controller.h"

namespace wheelhouse::controllers {

/// Gives every active namespace what its pods rely on: the ServiceAccount `default` and the ConfigMap
/// `kube-root-ca.crt`.
///
/// Watches Namespaces, ServiceAccounts and ConfigMaps. Creates both objects when they are missing and puts
/// the ConfigMap's data right when it differs from the lab's own certificate authority. Never deletes
/// anything.
///
/// Interrupted anywhere, the next look creates what is still missing; making one that exists is
/// AlreadyExists, which is what was wanted. A namespace that is being deleted is left alone.
class ServiceAccountController final : public QueuedController {
  public:
    explicit ServiceAccountController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    client::Informer& namespaces_;
    client::Informer& accounts_;
    client::Informer& configMaps_;
};

} // namespace wheelhouse::controllers
