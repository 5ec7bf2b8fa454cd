#pragma once

#include "engine/base/random.h"
#include "plugin.h"

#include <optional>
#include <string>

namespace wheelhouse::scheduler {

/// How one attempt came out.
struct Outcome {
    std::optional<Slot> node;
    std::string message; ///< why there is none, in Kubernetes' words
    Events helpedBy = 0;
};

/// Runs filters and scorers over all nodes for one pod and writes the verdicts down. Keeps its buffers from
/// attempt to attempt. Pure but for the lot that decides ties.
class Attempt {
  public:
    Attempt(ClusterCache& cache, Random& random);
    /// Fills everything of `decision` but pod, attempt and time.
    Outcome run(const PodInfo& pod, SchedulingDecision& decision);

  private:
    void filter(const PodInfo& pod);
    void score(const PodInfo& pod);
    Slot best();
    Outcome refusal() const;

    ClusterCache& cache_;
    Random& random_;
    Rejections rejections_;
    std::vector<std::unique_ptr<Filter>> filters_;
    std::vector<std::unique_ptr<Scorer>> scorers_;
    std::vector<std::uint32_t> verdicts_;    ///< parallel to cache.live()
    std::vector<std::size_t> feasibleIndex_; ///< into live()
    std::vector<Slot> feasible_;
    std::vector<std::int64_t> scores_; ///< scorer by scorer, feasible by feasible
    std::vector<std::int64_t> totals_;
};

} // namespace wheelhouse::scheduler
