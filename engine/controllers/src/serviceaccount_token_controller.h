#pragma once

#include "engine/controllers/queued_controller.h"

#include <string>

namespace wheelhouse::controllers {

/// Fills the Secrets by which people ask for a lasting token of a ServiceAccount (type
/// kubernetes.io/service-account-token, annotation kubernetes.io/service-account.name), and removes them when
/// the account has gone.
///
/// Watches Secrets and ServiceAccounts. Writes a Secret's data (token, ca.crt, namespace) and its annotation
/// kubernetes.io/service-account.uid; deletes Secrets whose account does not exist or is another of the same
/// name; takes what no longer exists from an account's list of secrets. The token is bound to the Secret, so
/// it ends with it.
///
/// Interrupted between asking for a token and writing it, it asks for another: one that was never written
/// down is known to nobody. A Secret is removed only after the server itself was asked for its account.
class ServiceAccountTokenController final : public QueuedController {
  public:
    explicit ServiceAccountTokenController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    void secretGone(const ObjectPtr& secret);
    void accountChanged(const ObjectPtr& account);
    /// The account a Secret is for, or null when the server says that there is none.
    client::Task<Result<ObjectPtr>> accountOf(core::Secret secret);
    client::Task<Result<std::string>> tokenFor(ObjectPtr account, ObjectPtr secret);
    Step fill(ObjectPtr object, core::Secret secret, ObjectPtr account);
    Step forget(std::string accountKey);

    client::Informer& secrets_;
    client::Informer& accounts_;
};

} // namespace wheelhouse::controllers
