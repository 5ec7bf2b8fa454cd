#pragma once

#include "plane.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace wheelhouse::sim {

/// What must hold of Jobs and disruption budgets, judged at the end from the whole history in its order:
/// watches of different kinds run apart.
class WorkChecker {
  public:
    void saw(const store::Change& change);
    /// Everything that was broken, for a person.
    std::vector<std::string> judge();

  private:
    struct Pod {
        std::string app;
        bool healthy = false;
        bool evicted = false;
        bool ended = false;
    };
    struct Tally {
        int succeeded = 0; ///< pods seen to succeed; of an indexed job's, the first of each index
        int failed = 0;
        std::set<std::string> indexes; ///< that have succeeded
    };
    void judgePod(const store::Change& change);
    void judgeJob(const store::Change& change);
    int healthyOf(const std::string& app) const;

    std::map<Revision, store::Change> history_;
    std::map<std::string, Pod> pods_;      ///< by uid
    std::map<std::string, Tally> tallies_; ///< by Job uid
    std::map<std::string, int> mustStay_;  ///< app label → minAvailable
    std::vector<std::string> complaints_;
};

} // namespace wheelhouse::sim
