#pragma once

#include "engine/api/types.h"
#include "engine/client/async.h"

#include <functional>
#include <string>
#include <vector>

namespace wheelhouse::controllers {

/// Who claims objects, and which.
struct Claim {
    using Test = std::function<bool(const api::ObjectPtr&)>;
    api::ObjectPtr owner;
    /// What belongs to the owner, by labels or by name.
    Test matches;
    /// Which of the objects nobody controls it may take, besides those that match. Empty: all of them.
    Test mayAdopt;
    /// Put on what is taken and off what is let go, in the same write. Empty: none.
    std::string finalizer;
};

/// Says whether an object has the labels a selector asks for. A selector that is absent, empty or malformed
/// asks for nothing anybody has: no kind that owns others may own them all.
Claim::Test matchingLabels(const api::meta::LabelSelector& selector);

/// The objects an owner has, after this has given it what matches and nobody controls, and let go what it
/// controls and no longer matches. `owned` are those whose controller reference has the owner's uid,
/// `orphans` those of its namespace that nobody controls. Before the first adoption the owner is read afresh,
/// so that a deleted one adopts nothing (Conflict). An owner that is being deleted neither takes nor lets go.
/// Every patch carries the uid of the object it is meant for.
client::Task<Result<std::vector<api::ObjectPtr>>>
claim(client::Api api, Claim claim, std::vector<api::ObjectPtr> owned, std::vector<api::ObjectPtr> orphans);

} // namespace wheelhouse::controllers
