#include "sourced_groups.h"

namespace wheelhouse::apiserver {

void SourcedGroups::add(std::string group, std::vector<std::string> versions, GroupSource& source) {
    Names next = *names_.load();
    sources_.emplace_back(group, &source);
    next.emplace_back(std::move(group), std::move(versions));
    names_.store(std::make_shared<const Names>(std::move(next)));
}

void SourcedGroups::remove(const std::string& group) {
    Names next = *names_.load();
    std::erase_if(next, [&group](const auto& each) { return each.first == group; });
    std::erase_if(sources_, [&group](const auto& each) { return each.first == group; });
    names_.store(std::make_shared<const Names>(std::move(next)));
}

GroupSource* SourcedGroups::find(const std::string& group) const {
    for (const auto& [name, source] : sources_)
        if (name == group) return source;
    return nullptr;
}

std::vector<SourcedGroups::Group> SourcedGroups::groups() const {
    std::vector<Group> out;
    const auto names = names_.load();
    for (const auto& [name, versions] : *names) {
        Group group{name, {}};
        for (const std::string& version : versions)
            group.versions.push_back({version, find(name)->resources(version)});
        out.push_back(std::move(group));
    }
    return out;
}

} // namespace wheelhouse::apiserver
