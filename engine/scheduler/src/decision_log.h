#pragma once

#include "engine/scheduler/decision.h"
#include "sheet.h"

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>

namespace wheelhouse::scheduler {

/// A decision as it is kept: its node columns are shared with the sheet they come from and with the decisions
/// before and after it that found the same.
struct DecisionRecord {
    SchedulingDecision head; ///< all but nodes and scores
    Sheet::Columns columns;

    SchedulingDecision expand() const;
    std::size_t nodes() const { return columns.live ? columns.live->size() : 0; }
};

/// The last decisions of each pod, and of all pods together no more than a number of node verdicts: the
/// oldest go first.
class DecisionLog {
  public:
    DecisionLog(std::size_t perPod, std::size_t verdicts) : perPod_(perPod), mostVerdicts_(verdicts) {}
    void add(DecisionRecord record);
    void forget(const Uid& pod);
    bool has(const Uid& pod) const { return kept_.contains(pod); }
    /// Written out in full. Valid until the log changes or is asked again.
    const std::deque<SchedulingDecision>* of(const Uid& pod) const;

  private:
    struct Kept {
        std::deque<DecisionRecord> records;
        std::deque<std::uint64_t> numbers;
    };
    void dropOldest(std::unordered_map<Uid, Kept>::iterator of);

    std::size_t perPod_;
    std::size_t mostVerdicts_;
    std::size_t verdicts_ = 0;
    std::uint64_t next_ = 0;
    std::unordered_map<Uid, Kept> kept_;
    std::map<std::uint64_t, Uid> byAge_;
    mutable std::deque<SchedulingDecision> expanded_;
};

} // namespace wheelhouse::scheduler
