#pragma once

#include "column.h"
#include "engine/base/clock.h"
#include "engine/base/random.h"
#include "plugin_set.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::scheduler {

/// The working paper of one shape of pod: the verdict and the scores of every node, kept from pod to pod.
/// Equal pods in a row need only the nodes looked at again that changed since; the result is the same as if
/// all had been. Everything is by slot.
class Sheet {
  public:
    static constexpr std::uint32_t absent = 0xFFFF'FFFF; ///< verdict of a slot without a node

    Sheet(PodShapePtr shape, ClusterCache& cache, const PluginSet& plugins, Rejections& rejections,
          const Clock* clock);

    /// Brings the verdicts up to date for a pod of this shape.
    void filter(const Uid& self);
    /// Brings the scores up to date; after `filter`.
    void score();
    /// The best of the feasible nodes, ties by lot; none when there are none. After `score`.
    std::optional<Slot> best(Random& random) const;

    /// Not empty: no node will do, for this reason, says this filter.
    const std::string& refusal() const { return refusal_; }
    const Filter* refuser() const { return refuser_; }
    const std::vector<std::uint32_t>& verdicts() const { return verdicts_.read(); }
    const std::vector<Slot>& feasible();
    bool anyFeasible() const;
    const PodShape& shape() const { return *shape_; }
    const PluginSet& plugins() const { return plugins_; }
    /// Whether taking pods from one node changes verdicts of that node only.
    bool local() const;

    // --- trials: the caller undoes each `pretend` before anything else is asked
    void pretend(const PodInfo& pod, Slot slot, int sign);
    /// The verdict of such a pod on the node as it is now, with and without the pods nominated for it that
    /// are no less important; 0: it fits.
    std::uint32_t verdictNow(Slot slot, const Uid& self);

    /// What a decision keeps. Shared, never changed afterwards.
    struct Columns {
        std::shared_ptr<const std::vector<Slot>> live;
        std::shared_ptr<const std::vector<std::uint32_t>> verdicts;
        struct Scores {
            std::shared_ptr<const std::vector<std::uint8_t>> scores; ///< null: all `constant`
            std::shared_ptr<const std::vector<std::int64_t>> raw;    ///< null: as the scores
            std::uint8_t constant = 0;
        };
        std::vector<Scores> scorers;
    };
    Columns columns(bool scored) const;
    std::vector<SchedulingDecision::Spent> takeTimes();

  private:
    struct Scoring {
        const Scorer* scorer = nullptr;
        std::int32_t weight = 1;
        std::unique_ptr<ScorePass> pass;
        Column<std::int64_t> raw;
        Column<std::uint8_t> scores;
        bool complete = false; ///< every node of the domain has a raw score
    };
    class Stopwatch;

    void prepare();
    void collectChanges();
    void checkChanged();
    void checkAll(std::size_t split);
    void leaveRoomForNominees(const Uid& self);
    std::uint32_t verdictOf(Slot slot);
    bool scoreRaw(Scoring& scoring, bool stale);
    bool scoreColumn(Scoring& scoring, bool stale);
    void addUp(bool all);

    PodShapePtr shape_;
    ClusterCache& cache_;
    const PluginSet& plugins_;
    Rejections& rejections_;
    const Clock* clock_;

    struct Checking {
        const Filter* filter = nullptr;
        std::unique_ptr<FilterPass> pass;
    };
    std::vector<Checking> passes_;
    std::vector<Scoring> scorings_;
    std::string refusal_;
    const Filter* refuser_ = nullptr;

    std::uint64_t epoch_ = 0;
    std::uint64_t seen_ = 0;
    std::vector<Slot> domain_;         ///< nodes that come into question
    std::vector<std::uint32_t> base_;  ///< verdicts before any filter was asked
    std::vector<std::uint32_t> first_; ///< of the filters before `split_`
    std::size_t split_ = 0;            ///< the first filter that is not local
    Column<std::uint32_t> verdicts_;
    std::vector<Slot> changed_; ///< nodes to look at again
    std::vector<std::uint64_t> stamps_;
    std::uint64_t stamp_ = 0;
    bool allChanged_ = true;     ///< any verdict may have changed
    std::vector<Slot> overlaid_; ///< refused only for the sake of nominees
    std::vector<std::uint32_t> scratch_;
    std::vector<Slot> feasible_;
    bool feasibleKnown_ = false;
    std::vector<std::int32_t> totals_; ///< -1: not feasible
    bool scoredOnce_ = false;
    bool scoredLast_ = true;        ///< since the last `filter`
    bool feasibilityMoved_ = false; ///< some of `changed_` became feasible, or no longer are
    std::vector<std::int64_t> rawScratch_;
    std::vector<SchedulingDecision::Spent> times_;
};

} // namespace wheelhouse::scheduler
