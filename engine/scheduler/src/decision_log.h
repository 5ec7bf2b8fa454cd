#pragma once

#include "engine/scheduler/decision.h"

#include <cstddef>
#include <deque>
#include <map>
#include <unordered_map>

namespace wheelhouse::scheduler {

/// The last decisions of each pod, and of all pods together no more than a number of node verdicts: the
/// oldest go first.
class DecisionLog {
  public:
    DecisionLog(std::size_t perPod, std::size_t verdicts) : perPod_(perPod), mostVerdicts_(verdicts) {}
    void add(SchedulingDecision decision);
    void forget(const Uid& pod);
    const std::deque<SchedulingDecision>* of(const Uid& pod) const;

  private:
    struct Kept {
        std::deque<SchedulingDecision> decisions;
        std::deque<std::uint64_t> numbers;
    };
    void dropOldest(std::unordered_map<Uid, Kept>::iterator of);

    std::size_t perPod_;
    std::size_t mostVerdicts_;
    std::size_t verdicts_ = 0;
    std::uint64_t next_ = 0;
    std::unordered_map<Uid, Kept> kept_;
    std::map<std::uint64_t, Uid> byAge_;
};

} // namespace wheelhouse::scheduler
