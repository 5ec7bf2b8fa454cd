#include "auth/service_account_tokens.h"

#include "engine/api/time.h"
#include "engine/api/types.h"
#include "json_text.h"
#include "metadata.h"

#include <algorithm>
#include <boost/json.hpp>
#include <fmt/format.h>

namespace wheelhouse::apiserver::auth {
namespace {

constexpr std::string_view userPrefix = "system:serviceaccount:";
constexpr std::size_t cachedTokens = 4096;
constexpr std::size_t longestToken = 16 * 1024;
/// Clocks differ, and what is being deleted may still be finishing its work.
constexpr std::int64_t leewaySeconds = 60;

std::int64_t secondsOf(WallTime time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::string textOf(const boost::json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

/// A whole number of seconds; JWTs may write fractions.
std::int64_t secondsIn(const boost::json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    if (!value) return 0;
    if (value->is_int64()) return value->as_int64();
    if (value->is_double() && value->as_double() > 0 && value->as_double() < 1e15)
        return static_cast<std::int64_t>(value->as_double());
    return 0;
}

TokenSubject subjectIn(const boost::json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    if (!value || !value->is_object()) return {};
    return {textOf(value->as_object(), "name"), textOf(value->as_object(), "uid")};
}

std::shared_ptr<const TokenClaims> parseClaims(const std::string& payload) {
    boost::system::error_code error;
    const auto parsed = boost::json::parse(payload, error);
    if (error || !parsed.is_object()) return nullptr;
    const auto& object = parsed.as_object();
    auto claims = std::make_shared<TokenClaims>();
    claims->issuer = textOf(object, "iss");
    claims->subject = textOf(object, "sub");
    claims->id = textOf(object, "jti");
    claims->issuedAt = secondsIn(object, "iat");
    claims->notBefore = secondsIn(object, "nbf");
    claims->expiry = secondsIn(object, "exp");
    if (const auto* audiences = object.if_contains("aud")) {
        if (audiences->is_string()) claims->audiences.emplace_back(audiences->as_string());
        if (audiences->is_array())
            for (const auto& each : audiences->as_array())
                if (each.is_string()) claims->audiences.emplace_back(each.as_string());
    }
    const auto* own = object.if_contains("kubernetes.io");
    if (!own || !own->is_object()) return nullptr;
    const auto& bound = own->as_object();
    claims->nameSpace = textOf(bound, "namespace");
    claims->account = subjectIn(bound, "serviceaccount");
    claims->pod = subjectIn(bound, "pod");
    claims->secret = subjectIn(bound, "secret");
    claims->node = subjectIn(bound, "node");
    claims->warnAfter = secondsIn(bound, "warnafter");
    return claims;
}

void addText(std::string& out, const char* name, const std::string& value) {
    out += fmt::format("\"{}\":", name);
    appendQuoted(out, value);
}

std::string subjectText(const TokenSubject& subject) {
    std::string out = "{";
    addText(out, "name", subject.name);
    out += ",";
    addText(out, "uid", subject.uid);
    return out + "}";
}

std::string payloadOf(const TokenClaims& claims) {
    std::string out = "{\"aud\":[";
    for (const auto& audience : claims.audiences) {
        if (out.back() != '[') out += ",";
        appendQuoted(out, audience);
    }
    out += fmt::format("],\"exp\":{},\"iat\":{},", claims.expiry, claims.issuedAt);
    addText(out, "iss", claims.issuer);
    out += ",";
    addText(out, "jti", claims.id);
    out += ",\"kubernetes.io\":{";
    addText(out, "namespace", claims.nameSpace);
    if (!claims.node.empty()) out += ",\"node\":" + subjectText(claims.node);
    if (!claims.pod.empty()) out += ",\"pod\":" + subjectText(claims.pod);
    if (!claims.secret.empty()) out += ",\"secret\":" + subjectText(claims.secret);
    out += ",\"serviceaccount\":" + subjectText(claims.account);
    if (claims.warnAfter > 0) out += fmt::format(",\"warnafter\":{}", claims.warnAfter);
    out += fmt::format("}},\"nbf\":{},", claims.notBefore);
    addText(out, "sub", claims.subject);
    return out + "}";
}

} // namespace

std::string serviceAccountUser(std::string_view nameSpace, std::string_view name) {
    return fmt::format("{}{}:{}", userPrefix, nameSpace, name);
}

std::optional<std::pair<std::string, std::string>> serviceAccountOf(std::string_view user) {
    if (!user.starts_with(userPrefix)) return std::nullopt;
    const std::string_view rest = user.substr(userPrefix.size());
    const auto colon = rest.find(':');
    if (colon == std::string_view::npos || rest.find(':', colon + 1) != std::string_view::npos)
        return std::nullopt;
    if (colon == 0 || colon + 1 == rest.size()) return std::nullopt;
    return std::pair(std::string(rest.substr(0, colon)), std::string(rest.substr(colon + 1)));
}

ServiceAccountTokens::ServiceAccountTokens(store::Store& store, Clock& clock, std::vector<TokenKey> keys,
                                           std::string issuer)
    : store_(store), clock_(clock), keys_(std::move(keys)), issuer_(std::move(issuer)) {}

std::shared_ptr<const TokenClaims> ServiceAccountTokens::inspect(std::string_view token) const {
    if (token.size() > longestToken) return nullptr;
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = young_.find(token); found != young_.end()) return found->second;
        if (const auto found = old_.find(token); found != old_.end()) return found->second;
    }
    const auto payload = verifiedPayload(token, keys_);
    if (!payload) return nullptr;
    auto claims = parseClaims(*payload);
    if (!claims || claims->issuer != issuer_) return nullptr;
    const std::lock_guard lock(mutex_);
    if (young_.size() >= cachedTokens / 2) {
        old_ = std::move(young_);
        young_.clear();
    }
    young_.emplace(token, claims);
    return claims;
}

std::vector<std::string> ServiceAccountTokens::commonAudiences(const TokenClaims& claims,
                                                               const std::vector<std::string>& wanted) const {
    const std::vector<std::string> own = {issuer_};
    std::vector<std::string> common;
    for (const auto& audience : wanted.empty() ? own : wanted)
        if (std::find(claims.audiences.begin(), claims.audiences.end(), audience) != claims.audiences.end())
            common.push_back(audience);
    return common;
}

Result<void> ServiceAccountTokens::stillThere(const api::Kind& kind, const std::string& nameSpace,
                                              const TokenSubject& subject) const {
    const auto gone = [] { return fail(Reason::Unauthorized, "service account token has been invalidated"); };
    const api::ObjectPtr object = store_.get({&kind, keyOf(kind, nameSpace, subject.name)});
    if (!object || object->uid().value() != subject.uid) return gone();
    if (!object->deleting()) return {};
    const auto message = object->message();
    const WallTime deadline = api::fromTime(metadataOf(*message).deletiontimestamp());
    if (secondsOf(deadline) + leewaySeconds < secondsOf(clock_.wallNow())) return gone();
    return {};
}

Result<User> ServiceAccountTokens::holder(const TokenClaims& claims,
                                          const std::vector<std::string>& audiences) const {
    const std::int64_t now = secondsOf(clock_.wallNow());
    if (now > claims.expiry + leewaySeconds)
        return fail(Reason::Unauthorized, "service account token has expired");
    if (now + leewaySeconds < claims.notBefore)
        return fail(Reason::Unauthorized, "service account token is not valid yet");
    if (commonAudiences(claims, audiences).empty())
        return fail(Reason::Unauthorized,
                    fmt::format("token audiences [\"{}\"] is invalid for the target audiences [\"{}\"]",
                                fmt::join(claims.audiences, "\" \""), issuer_));
    const auto account = serviceAccountOf(claims.subject);
    if (!account || account->first != claims.nameSpace || account->second != claims.account.name)
        return fail(Reason::Unauthorized, "the token's subject is not its service account");
    if (auto there = stillThere(api::kindOf<api::core::ServiceAccount>(), claims.nameSpace, claims.account);
        !there)
        return fail(there.error());
    if (!claims.secret.empty())
        if (auto there = stillThere(api::kindOf<api::core::Secret>(), claims.nameSpace, claims.secret);
            !there)
            return fail(there.error());
    if (!claims.pod.empty()) {
        if (auto there = stillThere(api::kindOf<api::core::Pod>(), claims.nameSpace, claims.pod); !there)
            return fail(there.error());
    } else if (!claims.node.empty()) {
        if (auto there = stillThere(api::kindOf<api::core::Node>(), "", claims.node); !there)
            return fail(there.error());
    }
    User user;
    user.name = claims.subject;
    user.uid = claims.account.uid;
    user.groups = {"system:serviceaccounts", "system:serviceaccounts:" + claims.nameSpace};
    const auto tell = [&user](const char* key, const std::string& value) {
        if (!value.empty()) user.extra[std::string("authentication.kubernetes.io/") + key] = {value};
    };
    tell("pod-name", claims.pod.name);
    tell("pod-uid", claims.pod.uid);
    tell("node-name", claims.node.name);
    tell("node-uid", claims.node.uid);
    if (!claims.id.empty()) tell("credential-id", "JTI=" + claims.id);
    return user;
}

Result<std::string> ServiceAccountTokens::sign(TokenClaims claims) const {
    claims.issuer = issuer_;
    return keys_.front().sign(payloadOf(claims));
}

} // namespace wheelhouse::apiserver::auth
