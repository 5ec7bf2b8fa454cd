#pragma once

#include "decision_log.h"
#include "engine/base/clock.h"
#include "engine/base/random.h"
#include "preemption.h"
#include "sheet.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::scheduler {

/// How one attempt came out.
struct Outcome {
    std::optional<Slot> node;
    std::string message; ///< why there is none, in Kubernetes' words
    Events helpedBy = 0;
    std::vector<const Filter*> refusedBy; ///< live as long as the attempt
    Clearance clearance;                  ///< where there is no node: what preemption can do
};

/// Runs filters, scorers and preemption over all nodes for one pod and writes the verdicts down. Keeps a
/// sheet for each of the shapes met last. Pure but for the lot that decides ties and the clock (null: none)
/// that tells what plug-ins take.
class Attempt {
  public:
    Attempt(ClusterCache& cache, Random& random, const Clock* clock = nullptr,
            std::vector<Profile> profiles = {Profile::standard()});
    /// Fills everything of `record` but pod, attempt and time. The pod's schedulerName must have a profile;
    /// else the first serves.
    Outcome run(const PodInfo& pod, DecisionRecord& record);
    Outcome run(const PodInfo& pod, SchedulingDecision& decision);
    bool serves(const std::string& schedulerName) const { return profiles_.contains(schedulerName); }
    const Profile& profileOf(const PodInfo& pod) const { return pluginsFor(pod).profile; }

    DisruptionBudgets& budgets() { return preemption_.budgets; }

  private:
    struct Kept {
        std::unique_ptr<Sheet> sheet;
        std::uint64_t used = 0;
    };
    const PluginSet& pluginsFor(const PodInfo& pod) const;
    Sheet& sheetFor(const PodInfo& pod);
    Outcome refusal(Sheet& sheet) const;
    void preempt(const PodInfo& pod, Sheet& sheet, Outcome& outcome, SchedulingDecision& decision);

    ClusterCache& cache_;
    Random& random_;
    const Clock* clock_;
    Rejections rejections_;
    Preemption preemption_;
    std::map<std::string, std::unique_ptr<PluginSet>> profiles_;
    const PluginSet* first_ = nullptr;
    std::map<std::uint64_t, Kept> sheets_; ///< by shape
    std::uint64_t turn_ = 0;
};

} // namespace wheelhouse::scheduler
