#include "auth/issuer_documents.h"

#include "json_text.h"

#include <set>

namespace wheelhouse::apiserver::auth {
namespace {

std::string jsonText(std::string_view text) {
    std::string out;
    appendQuoted(out, text);
    return out;
}

std::string configuration(const ServiceAccountTokens& tokens) {
    std::set<std::string> algorithms;
    for (const TokenKey& key : tokens.keys())
        algorithms.insert(key.algorithm());
    std::string list;
    for (const auto& algorithm : algorithms)
        list += (list.empty() ? "" : ",") + jsonText(algorithm);
    return "{\"issuer\":" + jsonText(tokens.issuer()) +
           ",\"jwks_uri\":" + jsonText(tokens.issuer() + "/openid/v1/jwks") +
           ",\"response_types_supported\":[\"id_token\"],\"subject_types_supported\":[\"public\"],"
           "\"id_token_signing_alg_values_supported\":[" +
           list + "]}";
}

std::string keySet(const ServiceAccountTokens& tokens) {
    std::string list;
    for (const TokenKey& key : tokens.keys())
        list += (list.empty() ? "" : ",") + key.jwk();
    return "{\"keys\":[" + list + "]}";
}

} // namespace

std::optional<IssuerDocument> issuerDocument(const ServiceAccountTokens& tokens, std::string_view path) {
    if (path == "/.well-known/openid-configuration")
        return IssuerDocument{"application/json", configuration(tokens)};
    if (path == "/openid/v1/jwks") return IssuerDocument{"application/jwk-set+json", keySet(tokens)};
    return std::nullopt;
}

Response issuerAnswer(const ServiceAccountTokens& tokens, std::string_view path) {
    const auto document = issuerDocument(tokens, path);
    Response response;
    response.headers = {{"content-type", document->contentType}, {"cache-control", "public, max-age=3600"}};
    response.body = std::make_shared<const std::string>(document->json);
    return response;
}

} // namespace wheelhouse::apiserver::auth
