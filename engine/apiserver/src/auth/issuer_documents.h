#pragma once

#include "auth/service_account_tokens.h"
#include "engine/apiserver/handler.h"

#include <optional>
#include <string>
#include <string_view>

namespace wheelhouse::apiserver::auth {

struct IssuerDocument {
    std::string contentType;
    std::string json;
};
/// What others need to check this server's tokens: its OpenID configuration at
/// /.well-known/openid-configuration and its public keys at /openid/v1/jwks. Nothing for other paths. Any
/// thread.
std::optional<IssuerDocument> issuerDocument(const ServiceAccountTokens& tokens, std::string_view path);
/// The same as an answer, which others may keep for an hour; of a path of these two.
Response issuerAnswer(const ServiceAccountTokens& tokens, std::string_view path);

} // namespace wheelhouse::apiserver::auth
