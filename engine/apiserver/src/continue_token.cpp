#include "continue_token.h"

#include "json_text.h"

#include <boost/json.hpp>
#include <optional>

namespace wheelhouse::apiserver {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encodeBase64(std::string_view bytes) {
    std::string out;
    unsigned buffer = 0;
    int bits = 0;
    for (const char c : bytes) {
        buffer = buffer << 8 | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 6; bits -= 6)
            out.push_back(alphabet[buffer >> (bits - 6) & 63]);
    }
    if (bits > 0) out.push_back(alphabet[buffer << (6 - bits) & 63]);
    return out;
}

std::optional<std::string> decodeBase64(std::string_view text) {
    while (!text.empty() && text.back() == '=')
        text.remove_suffix(1);
    std::string out;
    unsigned buffer = 0;
    int bits = 0;
    for (const char c : text) {
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        buffer = buffer << 6 | static_cast<unsigned>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<char>(buffer >> bits & 0xff));
        }
    }
    return out;
}

} // namespace

std::string ContinueToken::text() const {
    std::string json = "{\"v\":\"meta.k8s.io/v1\",\"rv\":" + std::to_string(revision) + ",\"start\":";
    appendQuoted(json, start);
    return encodeBase64(json + "}");
}

Result<ContinueToken> ContinueToken::parse(std::string_view text) {
    const auto invalid = [] { return fail(Reason::BadRequest, "continue key is not valid"); };
    const auto json = decodeBase64(text);
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
