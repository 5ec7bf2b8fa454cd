#include "objects.h"

#include "engine/api/types.h"

#include <fmt/format.h>

namespace wheelhouse::agent {

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
    } else if (kind == "Secret") {
        api::core::Secret object;
        entry.exists = !bytes.empty() && object.ParseFromString(bytes);
        for (const auto& [k, v] : object.data())
            entry.data[k] = v;
    }
    entries_[key(kind, nameSpace, name)] = std::move(entry);
}

Result<ObjectCache::Data> ObjectCache::data(const std::string& kind, const std::string& nameSpace,
                                            const std::string& name) const {
    const auto it = entries_.find(key(kind, nameSpace, name));
    const std::string lower = kind == "ConfigMap" ? "configmap" : "secret";
    if (it == entries_.end())
        return fail(Reason::ServiceUnavailable, fmt::format("{} \"{}\" has not arrived yet", lower, name));
    if (!it->second.exists) return fail(Reason::NotFound, fmt::format("{} \"{}\" not found", lower, name));
    return it->second.data;
}

} // namespace wheelhouse::agent
