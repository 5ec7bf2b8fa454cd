#pragma once

#include "engine/api/groups/autoscaling2.h"
#include "engine/api/object.h"
#include "engine/autoscaling/custom_metrics.h"
#include "engine/autoscaling/usage_board.h"
#include "engine/client/task.h"
#include "hpa/replica_math.h"

#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::autoscaling {

/// What one metric of an autoscaler came to.
struct Evaluation {
    std::string name; ///< as events name it: "cpu resource utilization (percentage of request)"
    std::optional<Proposal> proposal;
    api::autoscaling2::MetricStatus status;
    std::string value;   ///< for people
    std::string target;  ///< for people
    std::string failure; ///< reason when there is no proposal: "FailedGetResourceMetric"
    std::string why;     ///< what was wrong
    std::string summary; ///< the same with the metric before it
};

/// Measures one metric after the other.
class MetricReader {
  public:
    /// What is scaled, as it stands. The vectors belong together and outlive the tasks.
    struct Target {
        std::string nameSpace;
        std::string selector;
        std::int32_t wanted = 0; ///< replicas
        std::int32_t actual = 0;
        std::vector<api::ObjectPtr> objects;
        std::vector<api::core::Pod> pods;
        Tolerance tolerance;
    };

    /// `custom` may be null: there are no such metrics then, and whoever asks is told so.
    MetricReader(const UsageBoard& board, CustomMetrics* custom, ReplicaMath::Rules rules)
        : board_(board), custom_(custom), rules_(rules) {}
    client::Task<Evaluation> read(const api::autoscaling2::MetricSpec& spec, const Target& target,
                                  WallTime now) const;

  private:
    using Metric = api::autoscaling2::MetricSpec;
    using Got = Result<std::vector<CustomMetrics::Value>>;

    Evaluation resource(const Metric& spec, const Target& target, const ReplicaMath& math) const;
    Readings readings(const Target& target, const std::string& resource, const std::string& container) const;
    client::Call<std::vector<CustomMetrics::Value>> ask(const Metric& spec, const Target& target) const;
    static Evaluation pods(const Metric& spec, const Target& target, const ReplicaMath& math, const Got& got);
    static Evaluation object(const Metric& spec, const Target& target, const ReplicaMath& math,
                             const Got& got);
    static Evaluation external(const Metric& spec, const Target& target, const ReplicaMath& math,
                               const Got& got);

    const UsageBoard& board_;
    CustomMetrics* const custom_;
    const ReplicaMath::Rules rules_;
};

} // namespace wheelhouse::autoscaling
