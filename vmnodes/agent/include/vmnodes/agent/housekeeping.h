#pragma once

#include "engine/base/clock.h"
#include "engine/base/status.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace wheelhouse::agent {

class KubeletConfiguration;

/// What tells that a node runs out of something; the words of a kubelet's configuration for them are in the
/// order of these.
enum class Signal {
    MemoryAvailable,
    NodeFsAvailable,
    NodeFsInodesFree,
    ImageFsAvailable,
    ImageFsInodesFree,
    PidAvailable
};

/// So many bytes, inodes or processes; or a part of all there are, where that is not zero.
struct Amount {
    std::int64_t number = 0;
    double part = 0;
    std::int64_t of(std::int64_t all) const {
        return part > 0 ? static_cast<std::int64_t>(static_cast<double>(all) * part) : number;
    }
};

/// Where less than `least` is left, pods are evicted: at once (hard), or when that has lasted for `grace`
/// (soft). It is over when `reclaim` more than `least` is left.
struct EvictionThreshold {
    Signal signal = Signal::MemoryAvailable;
    Amount least;
    Amount reclaim;
    bool soft = false;
    Duration grace{};
};

/// The kubelet's own hard thresholds.
std::vector<EvictionThreshold> defaultThresholds();

/// How a node is kept clean and what it does when it runs out of something. Defaults are the kubelet's, but
/// for `pressureTransition` (the README says why).
struct HousekeepingOptions {
    std::vector<EvictionThreshold> thresholds = defaultThresholds();
    /// How long a pressure condition stays true after the last time it was.
    Duration pressureTransition = std::chrono::seconds(15);
    Duration maxPodGrace{};    ///< what an evicted pod has for its end, at most, by a soft threshold
    int imageHighPercent = 85; ///< so full the disk of images may be; 100 = images are never collected
    int imageLowPercent = 80;  ///< … and so full it is to be after a collection
    Duration imageMinAge = std::chrono::minutes(2); ///< images known for less are kept
    Duration imageMaxAge{};                         ///< images unused for longer go in any case; 0 = none
    Duration imagePeriod = std::chrono::minutes(5);
    Duration containerPeriod = std::chrono::minutes(1);
    int deadContainers = 1; ///< of each container of a pod
};

/// What a KubeletConfiguration (kubelet.config.k8s.io/v1beta1) in JSON says of housekeeping. Invalid names
/// the field: one that is not known here is refused, as is what the kubelet would refuse.
Result<HousekeepingOptions> readKubeletConfiguration(const std::string& json);
Result<HousekeepingOptions> housekeepingOf(const KubeletConfiguration& configuration);

} // namespace wheelhouse::agent
