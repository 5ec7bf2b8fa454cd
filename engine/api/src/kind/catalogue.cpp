#include "engine/api/catalogue.h"

#include <algorithm>

namespace wheelhouse::api {

Catalogue::Catalogue(std::vector<const Kind*> custom) {
    for (const Kind* kind : api::kinds())
        add(*kind);
    for (const Kind* kind : custom)
        add(*kind);
}

const std::shared_ptr<const Catalogue>& Catalogue::builtIn() {
    static const auto instance = std::make_shared<const Catalogue>();
    return instance;
}

void Catalogue::add(const Kind& kind) {
    // Of two kinds with one name the first is served; who makes the rows sees to it that there are none.
    if (!byName_.emplace(kind.name, &kind).second) return;
    byKind_.emplace(kind.apiVersion() + " " + kind.kind, &kind);
    kinds_.push_back(&kind);
    const auto [at, fresh] = groupAt_.try_emplace(kind.name.group, groups_.size());
    if (fresh) groups_.push_back({kind.name.group, {}});
    std::vector<Version>& versions = groups_[at->second].versions;
    auto version = std::find_if(versions.begin(), versions.end(),
                                [&](const Version& v) { return v.version == kind.name.version; });
    if (version == versions.end()) version = versions.insert(versions.end(), {kind.name.version, {}});
    version->kinds.push_back(&kind);
}

const Kind* Catalogue::find(const ResourceName& name) const {
    const auto found = byName_.find(name);
    return found == byName_.end() ? nullptr : found->second;
}

const Kind* Catalogue::find(std::string_view apiVersion, std::string_view kind) const {
    const auto found = byKind_.find(std::string(apiVersion).append(" ").append(kind));
    return found == byKind_.end() ? nullptr : found->second;
}

const Catalogue::Version* Catalogue::Group::find(std::string_view version) const {
    const auto found = std::find_if(versions.begin(), versions.end(),
                                    [&](const Version& v) { return v.version == version; });
    return found == versions.end() ? nullptr : &*found;
}

const Catalogue::Group* Catalogue::findGroup(std::string_view name) const {
    const auto found = groupAt_.find(std::string(name));
    return found == groupAt_.end() ? nullptr : &groups_[found->second];
}

const Catalogue::Version* Catalogue::findVersion(std::string_view group, std::string_view version) const {
    const Group* found = findGroup(group);
    return found == nullptr ? nullptr : found->find(version);
}

} // namespace wheelhouse::api
