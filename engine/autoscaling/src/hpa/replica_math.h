#pragma once

#include "engine/api/types.h"
#include "engine/base/clock.h"
#include "engine/base/status.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::autoscaling {

/// What was measured of one pod; in thousandths of the metric's unit.
struct Reading {
    std::int64_t milli = 0;
    WallTime at{};
    Duration window{};
};
using Readings = std::map<std::string, Reading>; ///< by the pod's name

/// How far a ratio of measured to wanted may be from 1 without a change.
struct Tolerance {
    double down = 0.1;
    double up = 0.1;
    bool covers(double ratio) const { return ratio >= 1 - down && ratio <= 1 + up; }
};

/// The number of replicas one metric proposes, and how it came to it.
struct Proposal {
    std::int32_t replicas = 0;
    std::int64_t milli = 0;              ///< the measured value: an average of pods, or the whole
    std::optional<std::int32_t> percent; ///< of what the pods requested
    double ratio = 1;
    std::optional<double> ratioWithUnmeasured; ///< where pods without a reading were counted in
    std::int32_t beforeTolerance = 0;
    int measured = 0;
    int ignored = 0; ///< not ready, or too young
    int unmeasured = 0;
};

/// The arithmetic of the pod autoscaler: from readings of pods to a number of replicas. Pods that are not
/// ready count as using nothing when that prevents growth, pods without a reading as using nothing before
/// growth and as using all they asked for before shrinking; neither may turn the direction round. Pure.
class ReplicaMath {
  public:
    struct Rules {
        Duration cpuInitialization = std::chrono::minutes(5);
        Duration initialReadiness = std::chrono::seconds(30);
    };
    using Pods = std::vector<api::core::Pod>;

    ReplicaMath(WallTime now, Rules rules, const Pods& pods) : now_(now), rules_(rules), pods_(pods) {}

    /// Towards `target` percent of what the pods request of `resource`; of one container, or of all when
    /// empty.
    Result<Proposal> utilization(std::int32_t current, std::int32_t target, const std::string& resource,
                                 const std::string& container, Readings readings,
                                 const Tolerance& tolerance) const;
    /// Towards an average of `target` for each pod. `resource` is empty for what is no resource.
    Result<Proposal> average(std::int32_t current, std::int64_t target, const std::string& resource,
                             Readings readings, const Tolerance& tolerance) const;
    /// Towards a whole of `target`, which is thought to rise with the ready pods.
    Result<Proposal> whole(std::int32_t current, std::int64_t target, std::int64_t value,
                           const Tolerance& tolerance) const;
    /// Towards `target` for each of `actual` replicas, by a value that is not measured of pods.
    static Proposal perReplica(std::int32_t actual, std::int64_t target, std::int64_t value,
                               const Tolerance& tolerance);

  private:
    struct Groups {
        int ready = 0;
        std::vector<std::string> unready;
        std::vector<std::string> missing;
    };
    /// Sorts the pods and drops the readings of those that do not count.
    Groups group(const std::string& resource, Readings& readings) const;
    bool unready(const api::core::Pod& pod, const Reading& reading) const;
    Result<std::map<std::string, std::int64_t>> requests(const std::string& resource,
                                                         const std::string& container) const;

    const WallTime now_;
    const Rules rules_;
    const Pods& pods_;
};

} // namespace wheelhouse::autoscaling
