#include "objects.h"

#include "engine/nodelink/token_name.h"

#include <fmt/format.h>

namespace wheelhouse::agent {

namespace {

constexpr const char* claimKind = "PersistentVolumeClaim";

} // namespace

void ObjectCache::set(const std::string& kind, const std::string& nameSpace, const std::string& name,
                      const std::string& bytes) {
    Entry entry;
    if (kind == "ConfigMap") {
        api::core::ConfigMap object;
        entry.exists = !bytes.empty() && object.ParseFromString(bytes);
        for (const auto& [k, v] : object.data())
            entry.data[k] = v;
        for (const auto& [k, v] : object.binarydata())
            entry.data[k] = v;
    } else if (kind == nodelink::tokenKind) {
        entry.exists = !bytes.empty();
        entry.data[tokenKey] = bytes;
    } else if (kind == "Secret") {
        api::core::Secret object;
        entry.exists = !bytes.empty() && object.ParseFromString(bytes);
        for (const auto& [k, v] : object.data())
            entry.data[k] = v;
    } else if (kind == claimKind) {
        entry.exists = !bytes.empty() && entry.volume.ParseFromString(bytes);
    }
    entries_[key(kind, nameSpace, name)] = std::move(entry);
}

Result<ObjectCache::Data> ObjectCache::data(const std::string& kind, const std::string& nameSpace,
                                            const std::string& name) const {
    const auto it = entries_.find(key(kind, nameSpace, name));
    const std::string lower = kind == "ConfigMap" ? "configmap" : kind == "Secret" ? "secret" : "token";
    if (it == entries_.end())
        return fail(Reason::ServiceUnavailable, fmt::format("{} \"{}\" has not arrived yet", lower, name));
    if (!it->second.exists) return fail(Reason::NotFound, fmt::format("{} \"{}\" not found", lower, name));
    return it->second.data;
}

std::vector<std::string> ObjectCache::forgetTokens(const std::string& nameSpace, const Uid& pod) {
    std::vector<std::string> keys;
    const std::string prefix = key(nodelink::tokenKind, nameSpace, pod.value() + "/");
    for (auto it = entries_.lower_bound(prefix); it != entries_.end() && it->first.starts_with(prefix);
         it = entries_.erase(it))
        keys.push_back(it->first);
    return keys;
}

Result<api::core::PersistentVolume> ObjectCache::volume(const std::string& nameSpace,
                                                        const std::string& claim) const {
    const auto it = entries_.find(key(claimKind, nameSpace, claim));
    if (it == entries_.end() || !it->second.exists)
        return fail(Reason::ServiceUnavailable,
                    fmt::format("persistentvolumeclaim \"{}\" has no volume yet", claim));
    return it->second.volume;
}

} // namespace wheelhouse::agent
