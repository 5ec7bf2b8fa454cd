#pragma once

#include "auth/jwt.h"
#include "engine/apiserver/handler.h"
#include "engine/base/clock.h"
#include "engine/store/store.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace wheelhouse::apiserver::auth {

/// An object a token names, and dies with.
struct TokenSubject {
    std::string name;
    std::string uid;

    bool empty() const { return name.empty() && uid.empty(); }
};

/// What a service account's token says, its signature being good.
struct TokenClaims {
    std::string issuer;
    std::string subject;
    std::string id; ///< jti
    std::vector<std::string> audiences;
    std::int64_t issuedAt = 0; ///< seconds since 1970, as the following
    std::int64_t notBefore = 0;
    std::int64_t expiry = 0;
    std::int64_t warnAfter = 0; ///< 0 = never
    std::string nameSpace;
    TokenSubject account;
    TokenSubject pod;
    TokenSubject secret;
    TokenSubject node;
};

std::string serviceAccountUser(std::string_view nameSpace, std::string_view name);
/// The namespace and name in "system:serviceaccount:NS:NAME"; nothing for any other user.
std::optional<std::pair<std::string, std::string>> serviceAccountOf(std::string_view user);

/// Makes and checks the tokens of service accounts: JWTs bound to the account and perhaps to a pod, secret or
/// node, which end with whatever they are bound to (pkg/serviceaccount).
class ServiceAccountTokens {
  public:
    /// The first key signs. The API itself is the audience `issuer`. Store and clock must outlive this.
    ServiceAccountTokens(store::Store& store, Clock& clock, std::vector<TokenKey> keys, std::string issuer);

    const std::string& issuer() const { return issuer_; }
    const std::vector<TokenKey>& keys() const { return keys_; }

    /// The claims of a token this server signed, or null. Costs a signature check the first time. Any thread.
    std::shared_ptr<const TokenClaims> inspect(std::string_view token) const;
    /// Who holds `claims` now: in time, for one of `audiences` (empty = the API's own), and everything they
    /// are bound to still there. Control executor.
    Result<User> holder(const TokenClaims& claims, const std::vector<std::string>& audiences) const;
    /// The audiences of `wanted` (empty = the API's own) the claims are for.
    std::vector<std::string> commonAudiences(const TokenClaims& claims,
                                             const std::vector<std::string>& wanted) const;
    /// Signs `claims` as they are, with issuer filled in. Any thread; about 50 µs.
    Result<std::string> sign(TokenClaims claims) const;

  private:
    Result<void> stillThere(const api::Kind& kind, const std::string& nameSpace,
                            const TokenSubject& subject) const;

    store::Store& store_;
    Clock& clock_;
    const std::vector<TokenKey> keys_;
    const std::string issuer_;

    /// Tokens whose signature was found good: two generations, the older dropped when the younger is full.
    mutable std::mutex mutex_;
    mutable std::map<std::string, std::shared_ptr<const TokenClaims>, std::less<>> young_;
    mutable std::map<std::string, std::shared_ptr<const TokenClaims>, std::less<>> old_;
};

} // namespace wheelhouse::apiserver::auth
