#pragma once

#include "engine/autoscaling/custom_metrics.h"
#include "engine/autoscaling/placement.h"
#include "engine/autoscaling/scaling_decisions.h"
#include "engine/autoscaling/usage_board.h"
#include "engine/controllers/controllers.h"

#include <memory>
#include <vector>

namespace wheelhouse::autoscaling {

/// Kubernetes' own defaults.
struct HpaOptions {
    Duration period = std::chrono::seconds(15);
    Duration downscaleStabilization = std::chrono::minutes(5);
    double tolerance = 0.1;
    Duration cpuInitialization = std::chrono::minutes(5);
    Duration initialReadiness = std::chrono::seconds(30);
};

struct PoolOptions {
    Duration period = std::chrono::seconds(10);
    /// Pods that are found to fit nowhere within it are thought about together.
    Duration gathering = std::chrono::seconds(1);
    /// A machine whose node is not ready by then is not counted on any more.
    Duration longestStart = std::chrono::minutes(15);
};

struct Options {
    HpaOptions hpa;
    PoolOptions pool;
};

/// What the autoscalers read and write beside the cluster; outlives them.
struct Seams {
    const UsageBoard& usage;
    CustomMetrics* custom = nullptr; ///< null = there are no such metrics
    ScalingDecisions& decisions;
    Placement* placement = nullptr; ///< null = pools keep the size they are given
};

/// The autoscalers, to be started with the other controllers.
std::vector<std::unique_ptr<controllers::Controller>>
makeAutoscalers(const controllers::Deps& deps, const Seams& seams, const Options& options = {});

} // namespace wheelhouse::autoscaling
