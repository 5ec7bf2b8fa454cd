#pragma once

#include "engine/api/kind.h"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wheelhouse::api {

/// The kinds one API server serves at one moment: the built-in ones and those of its established
/// CustomResourceDefinitions. Never changes: when a definition comes, changes or goes the server puts another
/// catalogue in its place, and whoever works with the old one finishes with it. Rows live as long as the
/// program, so they may be kept beyond the catalogue. Thread-safe.
class Catalogue {
  public:
    /// The built-in kinds, and `custom` after them, in the order in which discovery is to name them (a
    /// group's preferred version first).
    explicit Catalogue(std::vector<const Kind*> custom = {});
    /// The catalogue of the built-in kinds alone.
    static const std::shared_ptr<const Catalogue>& builtIn();

    std::span<const Kind* const> kinds() const { return kinds_; }
    /// The row for a path, or null.
    const Kind* find(const ResourceName& name) const;
    /// The row for `apiVersion: apps/v1, kind: Deployment`, or null.
    const Kind* find(std::string_view apiVersion, std::string_view kind) const;

    struct Version {
        std::string version;
        std::vector<const Kind*> kinds;
    };
    struct Group {
        std::string name;              ///< empty for the core group
        std::vector<Version> versions; ///< the preferred one first

        const Version* find(std::string_view version) const;
    };
    /// In discovery order.
    std::span<const Group> groups() const { return groups_; }
    const Group* findGroup(std::string_view name) const;
    const Version* findVersion(std::string_view group, std::string_view version) const;

  private:
    void add(const Kind& kind);

    std::vector<const Kind*> kinds_;
    std::vector<Group> groups_;
    std::unordered_map<std::string, std::size_t> groupAt_;
    std::map<ResourceName, const Kind*> byName_;
    std::unordered_map<std::string, const Kind*> byKind_; ///< "apps/v1 Deployment"
};

} // namespace wheelhouse::api
