#pragma once

#include "engine/base/status.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::apiserver::auth {

/// A key tokens are signed with or checked against: ECDSA P-256 (ES256) or RSA (RS256), by OpenSSL.
/// Immutable; thread-safe.
class TokenKey {
  public:
    /// A private key, or a public one that can only check. Invalid for any other kind of key.
    static Result<TokenKey> fromPem(std::string_view pem);
    /// A new ES256 key, for tests and servers without a data directory: tokens die with the process.
    static Result<TokenKey> generate();

    const std::string& id() const { return id_; } ///< hash of the public key
    const std::string& algorithm() const { return algorithm_; }
    bool canSign() const { return private_; }
    /// A JWT with `payload`, which is JSON.
    Result<std::string> sign(std::string_view payload) const;
    bool verify(std::string_view signedPart, std::string_view signature) const;
    /// The key as a JSON Web Key.
    std::string jwk() const;

  private:
    struct Free;
    TokenKey() = default;
    static Result<TokenKey> describe(std::shared_ptr<void> key, bool isPrivate);
    std::shared_ptr<void> key_; ///< EVP_PKEY
    std::string id_;
    std::string algorithm_;
    bool private_ = false;
};

/// The payload of a JWT that one of `keys` signed, by its `kid` or, where it names none, by any. Nothing for
/// anything else, whatever is wrong with it. About 100 µs.
std::optional<std::string> verifiedPayload(std::string_view token, const std::vector<TokenKey>& keys);

} // namespace wheelhouse::apiserver::auth
