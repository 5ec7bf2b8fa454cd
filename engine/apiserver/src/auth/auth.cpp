#include "auth/auth.h"

#include "auth/bootstrap_tokens.h"
#include "auth/impersonation.h"
#include "auth/node_authorizer.h"
#include "engine/base/assert.h"
#include "engine/base/base64url.h"
#include "engine/base/log.h"

#include <algorithm>
#include <array>

namespace wheelhouse::apiserver::auth {
namespace {

constexpr std::string_view everybodyKnown = "system:authenticated";
constexpr std::string_view everybodyElse = "system:unauthenticated";
/// How browsers, which cannot set headers on a WebSocket, send a token.
constexpr std::string_view webSocketToken = "base64url.bearer.authorization.k8s.io.";

std::vector<TokenKey> keysFrom(const std::string& pem) {
    if (!pem.empty()) {
        if (auto key = TokenKey::fromPem(pem)) return {*key};
        log::error("auth", "the key for service-account tokens cannot be used; tokens end with this process");
    }
    auto key = TokenKey::generate();
    WH_ASSERT(key, "no key for tokens can be made");
    return {*key};
}

/// Of a server's health and version anybody may be told whom the roles let. Anywhere else a request without
/// credentials is refused whatever the roles say.
bool needsNoName(const Request& request) {
    static constexpr std::array<std::string_view, 5> open{"/healthz", "/livez", "/readyz", "/version",
                                                          "/version/"};
    return request.method == "GET" && std::find(open.begin(), open.end(), request.path) != open.end();
}

std::string bearerIn(const Request& request) {
    const std::string_view header = request.header("authorization");
    constexpr std::string_view scheme = "bearer ";
    if (header.size() > scheme.size() &&
        std::equal(scheme.begin(), scheme.end(), header.begin(),
                   [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); })) {
        const std::string_view token = header.substr(header.find_first_not_of(' ', scheme.size()));
        return std::string(token.substr(0, token.find(' ')));
    }
    std::string_view protocols = request.header("sec-websocket-protocol");
    while (!protocols.empty()) {
        const auto comma = std::min(protocols.find(','), protocols.size());
        std::string_view each = protocols.substr(0, comma);
        protocols.remove_prefix(std::min(comma + 1, protocols.size()));
        while (each.starts_with(' '))
            each.remove_prefix(1);
        if (each.starts_with(webSocketToken))
            return decodeBase64Url(each.substr(webSocketToken.size())).value_or("");
    }
    return {};
}

} // namespace

Auth::Auth(store::Store& store, Clock& clock, const std::string& tokenKeyPem, std::string issuer)
    : store_(store), clock_(clock), tokens_(std::make_unique<ServiceAccountTokens>(
                                        store, clock, keysFrom(tokenKeyPem), std::move(issuer))) {
    chain_.add(makePrivilegedGroup());
    chain_.add(makeNodeAuthorizer(store));
    auto rbac = std::make_unique<Rbac>(store);
    rbac_ = rbac.get();
    chain_.add(std::move(rbac));
}

Credentials Auth::inspectToken(std::string token) const {
    Credentials credentials;
    credentials.bearer = std::move(token);
    if (!credentials.bearer.empty()) credentials.claims = tokens_->inspect(credentials.bearer);
    return credentials;
}

Credentials Auth::inspect(const Request& request) const {
    Credentials credentials;
    if (request.user)
        credentials.certificate = request.user; // a certificate decides; no token is looked at
    else
        credentials = inspectToken(bearerIn(request));
    const bool shown =
        credentials.certificate || !credentials.bearer.empty() || !request.header("authorization").empty();
    if (!shown && needsNoName(request))
        credentials.certificate = User{"system:anonymous", {std::string(everybodyElse)}};
    return credentials;
}

Result<User> Auth::authenticate(const Credentials& credentials) const {
    const auto nobody = [] { return fail(Reason::Unauthorized, "Unauthorized"); };
    std::optional<User> user = credentials.certificate;
    if (!user && credentials.claims) {
        auto holder = tokens_->holder(*credentials.claims, {});
        if (!holder) return nobody();
        user = std::move(*holder);
    }
    if (!user && !credentials.bearer.empty()) user = bootstrapTokenUser(store_, clock_, credentials.bearer);
    if (!user) return nobody();
    if (!inGroup(*user, everybodyKnown) && !inGroup(*user, everybodyElse))
        user->groups.emplace_back(everybodyKnown);
    return std::move(*user);
}

Result<User> Auth::sender(const Credentials& credentials, const Headers& headers) {
    auto user = authenticate(credentials);
    if (!user) return user;
    return impersonated(*user, headers, chain_);
}

Verdict Auth::authorize(const User& user, const Attributes& attributes) {
    return chain_.authorize(user, attributes);
}

Result<void> Auth::allow(const User& user, const Attributes& attributes) {
    const Verdict verdict = chain_.authorize(user, attributes);
    if (verdict.decision != Decision::Allow) return fail(forbiddenTo(user, attributes, verdict.reason));
    // Opening a stream into a container is more than reading, whichever method the protocol uses.
    if (attributes.resource == "pods" && attributes.group.empty() && attributes.verb == "get" &&
        (attributes.subresource == "exec" || attributes.subresource == "attach" ||
         attributes.subresource == "portforward")) {
        Attributes create = attributes;
        create.verb = "create";
        return allow(user, create);
    }
    return {};
}

void Auth::listRules(const User& user, const std::string& nameSpace, RuleList& out) {
    chain_.listRules(user, nameSpace, out);
}

} // namespace wheelhouse::apiserver::auth
