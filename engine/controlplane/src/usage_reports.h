#pragma once

#include "engine/autoscaling/usage_board.h"
#include "link.pb.h"

namespace wheelhouse::controlplane {

/// What a node said of its use, in the words of the metrics pipeline.
autoscaling::NodeReport reportOf(const nodelink::UsageReport& report);

} // namespace wheelhouse::controlplane
