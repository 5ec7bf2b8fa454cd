#pragma once

#include "engine/api/groups/certificates.h"
#include "queued_controller.h"

namespace wheelhouse::controllers {

/// Signs CertificateSigningRequests that somebody has approved, for the signers
/// kubernetes.io/kube-apiserver-client, kube-apiserver-client-kubelet and kubelet-serving; marks as failed
/// what breaks its signer's rules.
///
/// Watches CertificateSigningRequests. What other signers are asked for is left to them.
///
/// Interrupted, the next look finds the request as it stands; a certificate is written once.
class CertificateController final : public QueuedController {
  public:
    explicit CertificateController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    Step sign(api::certificates::CertificateSigningRequest request);
    client::Informer& requests_;
};

} // namespace wheelhouse::controllers
