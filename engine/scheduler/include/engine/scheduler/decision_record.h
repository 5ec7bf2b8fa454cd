#pragma once

#include "engine/api/groups/decisions.h"
#include "engine/scheduler/decision.h"

namespace wheelhouse::scheduler {

/// How much of a decision a record holds.
enum class Detail {
    /// Refused nodes counted by plug-in and reason with the names of ten of each, and the ten best nodes:
    /// some
    /// kilobytes however large the cluster is.
    Telling,
    /// Every node.
    Matrix
};

/// A decision as API clients read it. Pure; costs one pass over the nodes.
api::lab::SchedulingAttempt recordOf(const SchedulingDecision& decision, Detail detail);

} // namespace wheelhouse::scheduler
