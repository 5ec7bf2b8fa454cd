#pragma once

#include "engine/api/object.h"
#include "engine/base/clock.h"

#include <cstddef>
#include <vector>

namespace wheelhouse::controllers {

/// The places of these pods in the order in which they are missed least, as Kubernetes chooses what to scale
/// away: not assigned, pending, not ready, lower deletion cost, more siblings on the same node, ready for
/// less time (by orders of magnitude), more restarts, younger. Ties keep the given order.
std::vector<std::size_t> rankForDeletion(const std::vector<api::ObjectPtr>& pods, WallTime now);

} // namespace wheelhouse::controllers
