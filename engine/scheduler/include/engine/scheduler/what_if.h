#pragma once

#include "engine/api/object.h"
#include "engine/api/types.h"
#include "engine/base/ids.h"
#include "engine/scheduler/decision.h"

#include <functional>
#include <string>
#include <vector>

namespace wheelhouse::scheduler {

/// A node that is thought to be otherwise.
struct NodeChange {
    std::string name;
    bool remove = false;
    /// The node it begins as a copy of, without its pods; empty = as it is, or a new one with nothing set.
    std::string copyOf{};
    std::function<void(api::core::Node&)> edit{}; ///< null = nothing more
};

/// What a question takes for granted. Empty = the cluster as it is.
struct Supposition {
    std::vector<NodeChange> nodes;        ///< in order
    std::vector<std::string> withoutPods; ///< "namespace/name"
    /// The pods asked about have not been admitted: they get what they would be created with.
    bool newPods = false;
};

/// What would happen, and of which state of the cluster that is true.
struct Foresight {
    Revision revision = 0; ///< 0 = now
    /// One for each pod asked about, in order; those before it were placed where their decisions say.
    std::vector<SchedulingDecision> decisions;
};

} // namespace wheelhouse::scheduler
