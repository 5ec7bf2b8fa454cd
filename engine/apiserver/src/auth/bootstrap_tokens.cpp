#include "auth/bootstrap_tokens.h"

#include "engine/api/time.h"
#include "engine/api/types.h"

#include <algorithm>
#include <openssl/crypto.h>

namespace wheelhouse::apiserver::auth {
namespace {

constexpr std::size_t idLength = 6;
constexpr std::size_t secretLength = 16;
constexpr std::string_view everybody = "system:bootstrappers";

bool plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

bool isExtraGroup(std::string_view group) {
    constexpr std::string_view prefix = "system:bootstrappers:";
    if (!group.starts_with(prefix) || group.size() == prefix.size()) return false;
    group.remove_prefix(prefix.size());
    if (group.size() > 256 || !plain(group.substr(group.size() - 1))) return false;
    return std::all_of(group.begin(), group.end(), [](char c) {
        return c == ':' || c == '-' || plain({&c, 1});
    });
}

std::string valueOf(const api::core::Secret& secret, const char* key) {
    const auto found = secret.data().find(key);
    return found == secret.data().end() ? std::string() : found->second;
}

bool sameSecret(std::string_view given, std::string_view kept) {
    return given.size() == kept.size() && CRYPTO_memcmp(given.data(), kept.data(), kept.size()) == 0;
}

} // namespace

std::optional<User> bootstrapTokenUser(const store::Store& store, const Clock& clock,
                                       std::string_view token) {
    if (token.size() != idLength + 1 + secretLength || token[idLength] != '.') return std::nullopt;
    const std::string id(token.substr(0, idLength));
    const std::string_view given = token.substr(idLength + 1);
    if (!plain(id) || !plain(given)) return std::nullopt;
    const api::ObjectPtr object =
        store.get({&api::kindOf<api::core::Secret>(), "kube-system/bootstrap-token-" + id});
    if (!object || object->deleting()) return std::nullopt;
    const auto secret = object->as<api::core::Secret>();
    if (secret.type() != "bootstrap.kubernetes.io/token" || valueOf(secret, "token-id") != id ||
        valueOf(secret, "usage-bootstrap-authentication") != "true" ||
        !sameSecret(given, valueOf(secret, "token-secret")))
        return std::nullopt;
    if (const std::string expiration = valueOf(secret, "expiration"); !expiration.empty()) {
        const auto end = api::parseTime(expiration);
        if (!end || *end <= clock.wallNow()) return std::nullopt;
    }
    User user;
    user.name = "system:bootstrap:" + id;
    user.groups.emplace_back(everybody);
    const std::string extra = valueOf(secret, "auth-extra-groups");
    for (std::size_t begin = 0; begin < extra.size();) {
        const std::size_t end = std::min(extra.find(',', begin), extra.size());
        const std::string group = extra.substr(begin, end - begin);
        begin = end + 1;
        if (!isExtraGroup(group)) return std::nullopt;
        user.groups.push_back(group);
    }
    return user;
}

} // namespace wheelhouse::apiserver::auth
