#pragma once

#include "engine/api/groups/certificates.h"
#include "engine/controllers/queued_controller.h"

namespace wheelhouse::controllers {

/// Signs CertificateSigningRequests that somebody has approved, for the signers
/// kubernetes.io/kube-apiserver-client, kube-apiserver-client-kubelet, kubelet-serving and legacy-unknown;
/// marks as failed what breaks its signer's rules.
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

/// Approves what nodes ask for to join and to stay: client certificates for system:node:NAME, asked for by
/// the node itself (right `create` on certificatesigningrequests/selfnodeclient) or by somebody who may bring
/// nodes in (certificatesigningrequests/nodeclient), such as the holder of a bootstrap token.
///
/// Watches CertificateSigningRequests; asks the server by SubjectAccessReview whether the requester has the
/// right; writes the condition Approved. Serving certificates wait for a person, and so does whatever it does
/// not recognise.
///
/// Remembers nothing; a request that is approved already is left alone.
class CertificateApprover final : public QueuedController {
  public:
    explicit CertificateApprover(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    using Request = api::certificates::CertificateSigningRequest;
    client::Task<Result<bool>> mayBringNodes(Request request, std::string right);
    Step approve(Request request, std::string message);
    client::Informer& requests_;
};

/// Deletes CertificateSigningRequests nobody needs any more: an hour after they were answered, a day after
/// they were made or approved without an answer, and those whose certificate has expired.
///
/// Watches CertificateSigningRequests. Each is looked at when it changes and when its time has come, which is
/// computed from its own times: a restart changes nothing.
class CertificateCleaner final : public QueuedController {
  public:
    explicit CertificateCleaner(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    client::Informer& requests_;
};

} // namespace wheelhouse::controllers
