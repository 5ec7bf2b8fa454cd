#pragma once

#include "engine/api/groups/autoscaling2.h"
#include "engine/base/clock.h"
#include "engine/client/cluster.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace wheelhouse::autoscaling {

/// Where pod autoscalers get measures from that are neither processor nor memory use: what the APIs
/// custom.metrics.k8s.io and external.metrics.k8s.io give in other clusters. Selectors are queries, empty =
/// all. Values are thousandths. Answers come on the control executor, never inside the call.
class CustomMetrics {
  public:
    struct Value {
        std::string pod; ///< empty where the metric is no pod's
        std::int64_t milli = 0;
        WallTime at{};
        Duration window = std::chrono::minutes(1);
    };
    using Values = client::Callback<std::vector<Value>>;

    virtual ~CustomMetrics() = default;
    /// Of each of the selected pods.
    virtual void ofPods(const std::string& nameSpace, const std::string& podSelector,
                        const std::string& metric, const std::string& metricSelector, Values done) = 0;
    /// Of one object: exactly one value.
    virtual void ofObject(const std::string& nameSpace,
                          const api::autoscaling2::CrossVersionObjectReference& object,
                          const std::string& metric, const std::string& metricSelector, Values done) = 0;
    /// Of nothing in the cluster; several values are added up.
    virtual void external(const std::string& nameSpace, const std::string& metric,
                          const std::string& metricSelector, Values done) = 0;
};

/// The sum, or as near to it as a number can be.
inline std::int64_t addedUp(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return a < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

} // namespace wheelhouse::autoscaling
