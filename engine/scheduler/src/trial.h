#pragma once

#include "attempt.h"
#include "cluster_cache.h"
#include "engine/base/status.h"
#include "engine/scheduler/what_if.h"
#include "pod_admission.h"

#include <functional>
#include <string>
#include <vector>

namespace wheelhouse::scheduler {

/// Changes a cache for the span of one question and puts everything back when it goes. Nothing else may
/// happen to the cache meanwhile, so it lives within one turn of the executor.
class Trial {
  public:
    /// The objects the cache was made of, by key; null where there is none.
    struct Source {
        std::function<api::ObjectPtr(const std::string& name)> node;
        std::function<api::ObjectPtr(const std::string& key)> pod;
    };
    Trial(ClusterCache& cache, Random& random, Source source,
          std::vector<Profile> profiles = {Profile::standard()});
    ~Trial();
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    /// NotFound names what a change speaks of and is not there.
    Result<void> suppose(const Supposition& supposition);
    /// What preemption has to spare; none until given.
    DisruptionBudgets& budgets() { return attempt_.budgets(); }
    /// What such pods would be created with where a supposition says they are new.
    void admitBy(const PodAdmission& admission) { admission_ = &admission; }
    /// Where the pod would go; Forbidden: it would not be created. It is there for those that come after it.
    Result<SchedulingDecision> place(const api::ObjectPtr& pod, WallTime now);

  private:
    Result<void> change(const NodeChange& change);
    Result<void> take(const std::string& podKey);

    ClusterCache& cache_;
    Attempt attempt_;
    const Source source_;
    const PodAdmission* admission_ = nullptr; ///< null: the pods have been admitted
    std::vector<std::function<void()>> undo_; ///< newest last
    int placed_ = 0;
};

} // namespace wheelhouse::scheduler
