#pragma once

#include "engine/scheduler/decision.h"
#include "sheet.h"

#include <array>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wheelhouse::scheduler {

/// A decision as it is made: its node columns are shared with the sheet they come from and with the decisions
/// before and after it that found the same.
struct DecisionRecord {
    SchedulingDecision head; ///< all but nodes and scores
    Sheet::Columns columns;

    SchedulingDecision expand() const;
    std::size_t nodes() const { return columns.live ? columns.live->size() : 0; }
};

/// The last decisions of each pod, and of all pods together no more than a number of node verdicts: the
/// oldest go first. There is one of every pod, so a decision is kept as little more than what no other one
/// says as well.
class DecisionLog {
  public:
    DecisionLog(std::size_t perPod, std::size_t verdicts) : perPod_(perPod), mostVerdicts_(verdicts) {}
    void add(DecisionRecord record);
    void forget(const Uid& pod);
    bool has(const Uid& pod) const { return kept_.contains(pod); }
    /// Written out in full. Valid until the log changes or is asked again.
    const std::deque<SchedulingDecision>* of(const Uid& pod) const;

  private:
    /// What most decisions have alike.
    struct Common {
        std::shared_ptr<const std::vector<std::string>> nodeNames;
        std::shared_ptr<const std::vector<SchedulingDecision::Rejection>> rejections;
        std::vector<SchedulingDecision::Scorer> scorers;
        std::vector<std::uint8_t> constants;                              ///< of each column of scores
        std::vector<std::pair<std::string_view, std::string_view>> timed; ///< plug-in and point

        bool operator==(const Common& other) const;
    };
    using CommonPtr = std::shared_ptr<const Common>;
    /// A column of scores that is not the same for all nodes.
    struct Scored {
        std::size_t scorer = 0;
        std::shared_ptr<const std::vector<std::uint8_t>> scores;
        std::shared_ptr<const std::vector<std::int64_t>> raw;
    };
    /// What is said where no node was found.
    struct Preempting {
        std::string nominated;
        std::string why;
        std::vector<SchedulingDecision::Candidate> candidates;
    };
    struct Entry {
        std::uint64_t number = 0; ///< grows from decision to decision
        WallTime at{};
        int attempt = 0;
        std::string chosen;
        std::string message;
        CommonPtr common;
        std::unique_ptr<Preempting> preempting; ///< null: nothing
        std::vector<Duration> times;            ///< as `Common::timed`
        std::shared_ptr<const std::vector<Slot>> live;
        std::shared_ptr<const std::vector<std::uint32_t>> verdicts;
        std::vector<Scored> scored;

        DecisionRecord record(const Uid& pod) const;
    };
    using Kept = std::unordered_map<Uid, std::vector<Entry>>; ///< oldest first; its elements stay in place

    CommonPtr share(Common common);
    Entry pack(DecisionRecord record);
    void dropOldest(Kept::value_type& of);

    std::size_t perPod_;
    std::size_t mostVerdicts_;
    std::size_t verdicts_ = 0;
    std::uint64_t next_ = 0;
    Kept kept_;
    std::map<std::uint64_t, Kept::value_type*> byAge_;
    std::array<CommonPtr, 8> commons_; ///< those made last
    std::size_t nextCommon_ = 0;
    mutable std::deque<SchedulingDecision> expanded_;
};

} // namespace wheelhouse::scheduler
