#pragma once

#include "engine/api/types.h"
#include "engine/base/clock.h"

#include <cstddef>
#include <vector>

namespace wheelhouse::controllers {

struct RankedPod {
    const api::core::Pod* pod = nullptr;
    std::size_t index = 0; ///< the caller's own
};

/// Puts the pods that are missed least first, as Kubernetes chooses what to scale away: not assigned,
/// pending, not ready, lower deletion cost, more siblings on the same node, ready for less time (by orders of
/// magnitude), more restarts, younger. Ties keep the given order.
void rankForDeletion(std::vector<RankedPod>& pods, WallTime now);

} // namespace wheelhouse::controllers
