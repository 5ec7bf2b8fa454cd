#pragma once

#include "engine/autoscaling/placement.h"
#include "engine/scheduler/scheduler.h"

#include <string>
#include <vector>

namespace wheelhouse::controlplane {

/// The scheduler's what-if as the pool autoscaler asks it.
class SchedulerPlacement final : public autoscaling::Placement {
  public:
    explicit SchedulerPlacement(scheduler::Scheduler& scheduler) : scheduler_(scheduler) {}
    Result<std::vector<std::string>> place(const Question& question) override;

  private:
    scheduler::Scheduler& scheduler_;
};

} // namespace wheelhouse::controlplane
