#pragma once

#include "engine/api/types.h"
#include "engine/base/clock.h"
#include "engine/base/status.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::scheduler {

/// How much of one resource counts.
struct ResourceWeight {
    std::string name;
    std::int64_t weight = 1;
};

/// A point of a broken line: how good a utilisation is.
struct ShapePoint {
    std::int32_t utilization = 0; ///< per cent
    std::int32_t score = 0;       ///< 0 to 10
};

/// Arguments of the plug-ins, named and preset as in kubescheduler.config.k8s.io/v1.
struct PluginArguments {
    struct Fit {
        std::vector<std::string> ignoredResources;
        std::vector<std::string> ignoredResourceGroups;
        std::string strategy = "LeastAllocated";
        std::vector<ResourceWeight> resources{{"cpu", 1}, {"memory", 1}};
        std::vector<ShapePoint> shape; ///< of RequestedToCapacityRatio
    };
    Fit fit;
    std::vector<std::string> balancedResources{"cpu", "memory"};
    std::int32_t hardPodAffinityWeight = 1;
    bool ignorePreferredTermsOfExistingPods = false;
    std::optional<api::core::NodeAffinity> addedAffinity;
    bool systemSpread = true; ///< defaultingType: System
    std::vector<api::core::TopologySpreadConstraint> defaultConstraints;
    Duration volumeBindTimeout = std::chrono::seconds(600);
    std::int32_t minCandidateNodesPercentage = 10;
    std::int32_t minCandidateNodesAbsolute = 100;
};

/// One way of placing pods: those whose schedulerName it has.
struct Profile {
    struct Scoring {
        std::string plugin;
        std::int32_t weight = 1;
    };
    std::string schedulerName = "default-scheduler";
    std::vector<std::string> filters; ///< plug-ins at the points preFilter and filter, in order
    std::vector<Scoring> scorers;     ///< at preScore and score, in order
    bool preempts = true;             ///< DefaultPreemption at postFilter
    bool bindsVolumes = true;         ///< VolumeBinding at reserve and preBind
    PluginArguments arguments;

    /// Kubernetes' default plug-ins with their weights.
    static Profile standard();
};

/// What a KubeSchedulerConfiguration says.
struct Configuration {
    std::vector<Profile> profiles{Profile::standard()};
    Duration initialBackoff = std::chrono::seconds(1);
    Duration maxBackoff = std::chrono::seconds(10);
    /// Settings that were understood and have no effect here, with the reason.
    std::vector<std::string> notes;
};

/// Reads a KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1) in YAML or JSON. Strict: a field,
/// plug-in or value that is not known is an error that names its path. Pure.
Result<Configuration> parseConfiguration(std::string_view yaml);

} // namespace wheelhouse::scheduler
