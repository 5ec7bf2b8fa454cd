#pragma once

#include "pod_owner_controller.h"

#include <string>
#include <vector>

namespace wheelhouse::controllers {

/// What a StatefulSet says about itself, computed from its pods. Pure. A rollout is over, and the new
/// revision the current one, when all wanted pods have it and are ready and there are no others. `remaining`
/// (may be null): how long until the next ready pod is available.
apps::StatefulSetStatus statefulStatus(const apps::StatefulSet& set, const std::vector<OwnedPod>& pods,
                                       const std::string& currentRevision, const std::string& updateRevision,
                                       WallTime now, Duration* remaining);

} // namespace wheelhouse::controllers
