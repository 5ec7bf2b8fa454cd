#pragma once

#include "auth/authorizer.h"
#include "auth/rbac.h"
#include "auth/service_account_tokens.h"
#include "engine/apiserver/handler.h"
#include "engine/base/clock.h"
#include "engine/store/store.h"

#include <memory>
#include <string>

namespace wheelhouse::apiserver::auth {

/// What a request shows for its sender, looked at as far as that needs no state.
struct Credentials {
    std::optional<User> certificate;
    std::string bearer;                        ///< empty = none
    std::shared_ptr<const TokenClaims> claims; ///< of `bearer`, when it is a token this server signed
};

/// Who a request comes from and what they may do. Order of authorisers: system:masters, nodes, RBAC.
class Auth {
  public:
    /// `tokenKeyPem` empty = a key of this process only. Store and clock must outlive this.
    Auth(store::Store& store, Clock& clock, const std::string& tokenKeyPem, std::string issuer);

    /// Any thread; costs a signature check for a token not seen lately.
    Credentials inspect(const Request& request) const;
    Credentials inspectToken(std::string token) const;

    // Control executor from here on.

    /// The sender, before impersonation. Unauthorized where nobody known is behind the request.
    Result<User> authenticate(const Credentials& credentials) const;
    /// The sender, or whom they act as; Forbidden where they may not.
    Result<User> sender(const Credentials& credentials, const Headers& headers);
    Verdict authorize(const User& user, const Attributes& attributes);
    /// Nothing, or the refusal.
    Result<void> allow(const User& user, const Attributes& attributes);
    void listRules(const User& user, const std::string& nameSpace, RuleList& out);

    const ServiceAccountTokens& tokens() const { return *tokens_; }
    const Rbac& rbac() const { return *rbac_; }

  private:
    store::Store& store_;
    Clock& clock_;
    std::unique_ptr<ServiceAccountTokens> tokens_;
    AuthorizerChain chain_;
    Rbac* rbac_ = nullptr; ///< in the chain
};

} // namespace wheelhouse::apiserver::auth
