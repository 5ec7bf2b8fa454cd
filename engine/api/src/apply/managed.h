#pragma once

#include "engine/api/apply.h"

#include <map>
#include <tuple>
#include <utility>

namespace wheelhouse::api::apply {

// metadata.managedFields as data.

/// What tells entries apart. An applier is the same whatever version it applies.
struct ManagerId {
    std::string name;
    bool applies = false;
    std::string version; ///< of updates only
    std::string subresource;

    auto operator<=>(const ManagerId&) const = default;
    /// As Kubernetes names it in a conflict: `"kubectl" using apps/v1`.
    std::string toText() const;
};

struct ManagerEntry {
    std::shared_ptr<const Set> fields;
    std::string text; ///< `fields` as FieldsV1; empty = not known
    std::string version;
    std::optional<meta::Time> time;

    void replace(Set set) {
        fields = std::make_shared<const Set>(std::move(set));
        text.clear();
    }
};

using Managers = std::map<ManagerId, ManagerEntry>;

ManagerId updaterOf(const Writer& writer);
ManagerId applierOf(const Writer& writer);

/// Nothing when an entry is malformed.
std::optional<Managers> decodeManagers(const ManagedFields& entries, SetCache& cache);
/// Sorted as Kubernetes sorts them; entries that own nothing are left out.
ManagedFields encodeManagers(const Managers& managers);

/// Takes from everybody but `self` what changed or went.
void disown(Managers& managers, const Comparison& changes, const ManagerId* self);
/// Fields nobody may own, whatever wrote them.
Set withoutSystemFields(const Set& fields);
/// Merges the oldest updates when there are more than ten.
void capUpdates(Managers& managers);

} // namespace wheelhouse::api::apply
