#include "semantics/rules.h"

#include <fmt/format.h>
#include <map>

namespace wheelhouse::api::semantics {

namespace {

const Path metadata("metadata");
constexpr std::int64_t maxDataBytes = 1024 * 1024;
constexpr std::string_view immutableWhenSet = "field is immutable when `immutable` is set";

void requireKey(const core::Secret& secret, const std::string& key, Problems& problems) {
    if (!secret.data().contains(key)) problems.required(Path("data").key(key));
}

void validateType(const core::Secret& secret, Problems& problems) {
    const std::string& type = secret.type();
    if (type == "kubernetes.io/service-account-token") {
        const auto& annotations = secret.metadata().annotations();
        const auto account = annotations.find("kubernetes.io/service-account.name");
        if (account == annotations.end() || account->second.empty()) {
            problems.required(metadata.child("annotations").key("kubernetes.io/service-account.name"));
        }
    } else if (type == "kubernetes.io/dockercfg") {
        requireKey(secret, ".dockercfg", problems);
    } else if (type == "kubernetes.io/dockerconfigjson") {
        requireKey(secret, ".dockerconfigjson", problems);
    } else if (type == "kubernetes.io/basic-auth") {
        if (!secret.data().contains("username") && !secret.data().contains("password")) {
            problems.required(Path("data").key("username"));
            problems.required(Path("data").key("password"));
        }
    } else if (type == "kubernetes.io/ssh-auth") {
        const auto key = secret.data().find("ssh-privatekey");
        if (key == secret.data().end() || key->second.empty())
            problems.required(Path("data").key("ssh-privatekey"));
    } else if (type == "kubernetes.io/tls") {
        requireKey(secret, "tls.crt", problems);
        requireKey(secret, "tls.key", problems);
    }
}

/// Returns whether the rest may be compared: once immutable, an object neither becomes mutable nor changes.
template <class M>
bool validateImmutable(const M& now, const M& old, Problems& problems) {
    if (!old.immutable()) return false;
    if (!now.immutable()) problems.forbidden(Path("immutable"), immutableWhenSet);
    return true;
}

template <class Map>
bool sameMap(const Map& a, const Map& b) {
    using Sorted = std::map<typename Map::key_type, typename Map::mapped_type>;
    return a.size() == b.size() && Sorted(a.begin(), a.end()) == Sorted(b.begin(), b.end());
}

} // namespace

void validate(const core::ConfigMap& map, Problems& problems) {
    validateMeta(map.metadata(), true, dnsSubdomain, metadata, problems);
    std::int64_t bytes = 0;
    for (const auto& [key, value] :
         std::map<std::string, std::string>(map.data().begin(), map.data().end())) {
        problems.invalid(Path("data").key(key), key, configMapKey(key));
        if (map.binarydata().contains(key)) {
            problems.invalid(Path("data").key(key), key, "duplicate of key present in binaryData");
        }
        bytes += static_cast<std::int64_t>(value.size());
    }
    for (const auto& [key, value] :
         std::map<std::string, std::string>(map.binarydata().begin(), map.binarydata().end())) {
        problems.invalid(Path("binaryData").key(key), key, configMapKey(key));
        bytes += static_cast<std::int64_t>(value.size());
    }
    // The whole object is too long, whichever key made it so: upstream reports the empty path.
    if (bytes > maxDataBytes) problems.tooLong(Path(), maxDataBytes);
}

void validateChange(const core::ConfigMap& map, const core::ConfigMap& old, Problems& problems) {
    validateMetaUpdate(map.metadata(), old.metadata(), metadata, problems);
    if (!validateImmutable(map, old, problems)) return;
    if (!sameMap(map.data(), old.data())) problems.forbidden(Path("data"), immutableWhenSet);
    if (!sameMap(map.binarydata(), old.binarydata()))
        problems.forbidden(Path("binaryData"), immutableWhenSet);
}

void validate(const core::Secret& secret, Problems& problems) {
    validateMeta(secret.metadata(), true, dnsSubdomain, metadata, problems);
    std::int64_t bytes = 0;
    for (const auto& [key, value] :
         std::map<std::string, std::string>(secret.data().begin(), secret.data().end())) {
        problems.invalid(Path("data").key(key), key, configMapKey(key));
        bytes += static_cast<std::int64_t>(value.size());
    }
    if (bytes > maxDataBytes) problems.tooLong(Path("data"), maxDataBytes);
    validateType(secret, problems);
}

void validateChange(const core::Secret& secret, const core::Secret& old, Problems& problems) {
    validateMetaUpdate(secret.metadata(), old.metadata(), metadata, problems);
    if (secret.type() != old.type()) problems.invalid(Path("type"), secret.type(), fieldIsImmutable);
    if (!validateImmutable(secret, old, problems)) return;
    if (!sameMap(secret.data(), old.data())) problems.forbidden(Path("data"), immutableWhenSet);
}

void validate(const core::ServiceAccount& account, Problems& problems) {
    validateMeta(account.metadata(), true, dnsSubdomain, metadata, problems);
}

void validateChange(const core::ServiceAccount& account, const core::ServiceAccount& old,
                    Problems& problems) {
    validateMetaUpdate(account.metadata(), old.metadata(), metadata, problems);
}

} // namespace wheelhouse::api::semantics
