#include "apply/managed.h"

// The record of a workload's scale subresource: only the replicas, under other names.

namespace wheelhouse::api::apply {

namespace {

constexpr const char* scaleVersion = "autoscaling/v1";

const Set& replicas() {
    static const Set set = Set::ofFields({"spec.replicas"});
    return set;
}

} // namespace

ManagedFields toScale(const ManagedFields& parent, const ReplicasPaths& paths, SetCache& cache) {
    const Managers managers = decodeManagers(parent, cache).value_or(Managers());
    Managers scale;
    for (const auto& [id, entry] : managers) {
        const auto path = paths.find(entry.version);
        if (path == paths.end() || !entry.fields->contains(path->second)) continue;
        ManagerEntry shown = entry;
        shown.replace(replicas());
        shown.version = scaleVersion;
        // Told apart as in the parent: by the version it was written with there.
        ManagerId shownId = id;
        if (!id.applies) shownId.version = scaleVersion;
        scale.emplace(std::move(shownId), std::move(shown));
    }
    return encodeManagers(scale);
}

ManagedFields fromScale(const ManagedFields& parent, const ManagedFields& scale,
                        const std::string& parentVersion, const ReplicasPaths& paths, SetCache& cache) {
    const Managers managers = decodeManagers(parent, cache).value_or(Managers());
    Managers written = decodeManagers(scale, cache).value_or(Managers());
    const auto inScale = [](ManagerId id) {
        if (!id.applies) id.version = scaleVersion;
        return id;
    };
    Managers out;
    for (const auto& [id, entry] : managers) {
        const auto path = paths.find(entry.version);
        if (path == paths.end()) continue;
        const bool owns = entry.fields->contains(path->second);
        if (owns && written.erase(inScale(id)) == 0) {
            ManagerEntry robbed = entry;
            robbed.replace(entry.fields->difference(path->second));
            out.emplace(id, std::move(robbed));
        } else {
            out.emplace(id, entry);
        }
    }
    for (const auto& [id, entry] : written) {
        const auto path = paths.find(parentVersion);
        if (path == paths.end() || !entry.fields->contains(replicas())) continue;
        ManagerId parentId = id;
        if (!id.applies) parentId.version = parentVersion;
        // The time stays that of the parent's entry; a new entry has none.
        ManagerEntry added;
        added.replace(path->second);
        added.version = parentVersion;
        if (const auto was = managers.find(parentId); was != managers.end()) added.time = was->second.time;
        // Whoever comes to own the replicas keeps what it owned.
        if (const auto was = out.find(parentId); was != out.end()) {
            added.replace(was->second.fields->unionWith(path->second));
            out.erase(was);
        }
        out.emplace(std::move(parentId), std::move(added));
    }
    return encodeManagers(out);
}

} // namespace wheelhouse::api::apply
