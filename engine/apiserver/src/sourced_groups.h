#pragma once

#include "engine/apiserver/group_source.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wheelhouse::apiserver {

/// The group versions that sources answer for.
class SourcedGroups {
  public:
    /// Groups with their versions, the preferred one first.
    using Names = std::vector<std::pair<std::string, std::vector<std::string>>>;
    struct Version {
        std::string version;
        std::vector<GroupSource::Resource> resources;
    };
    struct Group {
        std::string name;
        std::vector<Version> versions;
    };

    SourcedGroups() : names_(std::make_shared<const Names>()) {}
    /// Any thread.
    std::shared_ptr<const Names> names() const { return names_.load(); }
    // The rest on the control executor.
    void add(std::string group, std::vector<std::string> versions, GroupSource& source);
    void remove(const std::string& group);
    /// Null where nobody answers for the group any more.
    GroupSource* find(const std::string& group) const;
    /// What discovery tells of all of them, as it is now.
    std::vector<Group> groups() const;

  private:
    std::vector<std::pair<std::string, GroupSource*>> sources_;
    std::atomic<std::shared_ptr<const Names>> names_;
};

} // namespace wheelhouse::apiserver
