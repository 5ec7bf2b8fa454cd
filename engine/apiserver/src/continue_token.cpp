#include "continue_token.h"

#include "engine/base/base64url.h"
#include "json_text.h"

#include <boost/json.hpp>
#include <optional>

namespace wheelhouse::apiserver {

std::string ContinueToken::text() const {
    std::string json = "{\"v\":\"meta.k8s.io/v1\",\"rv\":" + std::to_string(revision) + ",\"start\":";
    appendQuoted(json, start);
    return encodeBase64Url(json + "}");
}

Result<ContinueToken> ContinueToken::parse(std::string_view text) {
    const auto invalid = [] { return fail(Reason::BadRequest, "continue key is not valid"); };
    const auto json = decodeBase64Url(text);
    if (!json) return invalid();
    boost::system::error_code error;
    const boost::json::value value = boost::json::parse(*json, error);
    if (error || !value.is_object()) return invalid();
    const auto& object = value.as_object();
    const auto* version = object.if_contains("v");
    const auto* revision = object.if_contains("rv");
    const auto* start = object.if_contains("start");
    if (!version || !version->is_string() || version->as_string() != "meta.k8s.io/v1") return invalid();
    if (!revision || !revision->is_int64() || !start || !start->is_string()) return invalid();
    ContinueToken token{revision->as_int64(), std::string(start->as_string())};
    if (token.start.empty() || token.revision < -1 || token.revision == 0) return invalid();
    return token;
}

} // namespace wheelhouse::apiserver
