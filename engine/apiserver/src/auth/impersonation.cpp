#include "auth/impersonation.h"

#include "auth/service_account_tokens.h"
#include "path.h"

#include <algorithm>

namespace wheelhouse::apiserver::auth {
namespace {

constexpr std::string_view extraHeader = "impersonate-extra-";
constexpr const char* authenticationGroup = "authentication.k8s.io";

Attributes asking(std::string group, std::string resource, std::string name) {
    Attributes out;
    out.verb = "impersonate";
    out.resourceRequest = true;
    out.group = std::move(group);
    out.version = "v1";
    out.resource = std::move(resource);
    out.name = std::move(name);
    return out;
}

struct Wanted {
    User user;
    bool any = false;
    std::vector<Attributes> asks;
};

Wanted readHeaders(const Headers& headers) {
    Wanted wanted;
    for (const auto& [name, value] : headers) {
        if (name == "impersonate-user") {
            if (wanted.user.name.empty()) wanted.user.name = value;
            wanted.any = true;
        } else if (name == "impersonate-group") {
            wanted.user.groups.push_back(value);
            wanted.asks.push_back(asking("", "groups", value));
            wanted.any = true;
        } else if (name == "impersonate-uid") {
            wanted.user.uid = value;
            wanted.asks.push_back(asking(authenticationGroup, "uids", value));
            wanted.any = true;
        } else if (name.starts_with(extraHeader) && name.size() > extraHeader.size()) {
            const auto decoded = percentDecode(std::string_view(name).substr(extraHeader.size()), false);
            std::string key = decoded ? *decoded : name.substr(extraHeader.size());
            std::transform(key.begin(), key.end(), key.begin(),
                           [](unsigned char c) { return std::tolower(c); });
            wanted.user.extra[key].push_back(value);
            wanted.asks.push_back(asking(authenticationGroup, "userextras", value));
            wanted.asks.back().subresource = key;
            wanted.any = true;
        }
    }
    return wanted;
}

} // namespace

Result<User> impersonated(const User& user, const Headers& headers, Authorizer& authorizer) {
    Wanted wanted = readHeaders(headers);
    if (!wanted.any) return user;
    if (wanted.user.name.empty())
        return fail(Reason::BadRequest, "groups, uid or extra requested without impersonating a user");
    const auto account = serviceAccountOf(wanted.user.name);
    Attributes who =
        account ? asking("", "serviceaccounts", account->second) : asking("", "users", wanted.user.name);
    if (account) who.nameSpace = account->first;
    wanted.asks.insert(wanted.asks.begin(), std::move(who));
    for (const Attributes& ask : wanted.asks) {
        const Verdict verdict = authorizer.authorize(user, ask);
        if (verdict.decision != Decision::Allow) return fail(forbiddenTo(user, ask, verdict.reason));
    }
    User as = std::move(wanted.user);
    if (account && as.groups.empty())
        as.groups = {"system:serviceaccounts", "system:serviceaccounts:" + account->first};
    if (as.name == "system:anonymous") {
        if (!inGroup(as, "system:unauthenticated")) as.groups.emplace_back("system:unauthenticated");
    } else if (!inGroup(as, "system:authenticated") && !inGroup(as, "system:unauthenticated"))
        as.groups.emplace_back("system:authenticated");
    return as;
}

} // namespace wheelhouse::apiserver::auth
