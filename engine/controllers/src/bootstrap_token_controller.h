#pragma once

#include "engine/controllers/queued_controller.h"

#include <map>
#include <string>

namespace wheelhouse::controllers {

/// Lets a stranger with a bootstrap token find out whether this is the right cluster: signs the kubeconfig in
/// the ConfigMap kube-public/cluster-info with every token that may be used for signing.
///
/// Watches Secrets and ConfigMaps. Creates cluster-info, with the address and the certificate authority but
/// no user, when it is missing and the address is known; writes one key jws-kubeconfig-ID for each valid
/// token (Secret bootstrap-token-ID in kube-system with usage-bootstrap-signing) and removes those of others.
///
/// The signatures follow from what is there; interrupted, the next look computes them again.
class BootstrapSigner final : public QueuedController {
  public:
    explicit BootstrapSigner(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;
    void started() override;

  private:
    std::map<std::string, std::string> signingTokens();
    Step makeInfo();

    client::Informer& secrets_;
    client::Informer& configMaps_;
};

/// Deletes bootstrap tokens whose time is over.
///
/// Watches Secrets of type bootstrap.kubernetes.io/token in kube-system. Each is looked at when it changes
/// and when its `expiration` comes; one that says nothing readable there is left alone.
class BootstrapTokenCleaner final : public QueuedController {
  public:
    explicit BootstrapTokenCleaner(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    client::Informer& secrets_;
};

} // namespace wheelhouse::controllers
