#pragma once

#include "cluster_cache.h"
#include "engine/scheduler/decision.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wheelhouse::scheduler {

// The extension points of Kubernetes' scheduling framework, for whole arrays of nodes at once:
//
//   QueueSort             the order of Queue in queue.h: by priority, then by time
//   PreFilter             Filter::prepare: what is to be known about one shape of pod, and pods refused
//   outright AddPod, RemovePod     FilterPass::refresh Filter                FilterPass::check PostFilter
//   Preemption in preemption.h PreScore              Scorer::prepare Score                 ScorePass::score
//   NormalizeScore        ScorePass::normalise
//   Reserve, PreBind      VolumeBinder in volume_binder.h
//   Permit                Permit in permit.h, Permits in permits.h
//   Bind                  Binder in binder.h
//
// Every column (`verdicts`, `raw`) is indexed by slot.

/// Numbers for the distinct rejections, so that refusing a node costs one integer. 0 = not refused.
class Rejections {
  public:
    Rejections() { reset(); }
    /// `final`: taking pods away from the node would not help.
    std::uint32_t id(std::string_view plugin, std::vector<std::string> reasons, bool final);
    const SchedulingDecision::Rejection& operator[](std::uint32_t id) const { return (*all_)[id]; }
    std::shared_ptr<const std::vector<SchedulingDecision::Rejection>> shared() const { return all_; }
    std::size_t size() const { return all_->size(); }
    /// Between attempts: forgets all numbers (decisions keep the tables they were made with).
    void reset();

  private:
    std::shared_ptr<std::vector<SchedulingDecision::Rejection>> all_;
    std::unordered_map<std::string, std::uint32_t> ids_;
};

/// What a filter knows of one shape of pod.
class FilterPass {
  public:
    virtual ~FilterPass() = default;
    /// Pods came to or left these nodes; figures kept of them are to be renewed.
    virtual void refresh(std::span<const Slot> /*changed*/) {}
    /// True: since `check` was last asked, only verdicts of nodes that changed can have changed.
    virtual bool local() const { return true; }
    /// Sets the verdict (a Rejections number) of those of `slots` that it refuses; those refused already are
    /// left alone.
    virtual void check(std::span<const Slot> slots, std::span<std::uint32_t> verdicts) = 0;
};

/// How a filter answers a shape of pod.
struct Prepared {
    std::unique_ptr<FilterPass> pass;      ///< null: nothing to say about such pods
    std::string refusal;                   ///< not empty: no node will do, for this reason
    std::optional<std::vector<Slot>> only; ///< no other nodes come into question
};

/// Refuses nodes a pod cannot run on. One object serves every pod.
class Filter {
  public:
    virtual ~Filter() = default;
    virtual std::string_view name() const = 0;
    /// What may turn a refusal into a yes.
    virtual Events helpedBy() const = 0;
    /// Whether this happening, one of `helpedBy`, may help such a pod.
    virtual bool helps(const Happening& /*happened*/, const PodShape& /*waiting*/,
                       const ClusterCache& /*cache*/) const {
        return true;
    }
    /// Whether such a change of the waiting pod itself may help it.
    virtual bool helpedBySelf(const PodShape& /*before*/, const PodShape& /*now*/) const { return false; }
    virtual Prepared prepare(const PodShape& pod, ClusterCache& cache, Rejections& rejections) = 0;
};

/// What a scorer knows of one shape of pod.
class ScorePass {
  public:
    virtual ~ScorePass() = default;
    virtual void refresh(std::span<const Slot> /*changed*/) {}
    /// True: since `score` was last asked, only raw scores of nodes that changed can have changed.
    virtual bool local() const { return true; }
    /// The raw score of each of `slots`: all of the feasible nodes where the pass is not local, else also of
    /// nodes that are refused.
    virtual void score(std::span<const Slot> slots, std::span<std::int64_t> raw) = 0;
    /// False: raw scores are from 0 to 100 as they are.
    virtual bool normalises() const { return false; }
    /// From raw to 0 to 100, with a view of all feasible nodes.
    virtual void normalise(std::span<const Slot> /*feasible*/, std::span<const std::int64_t> /*raw*/,
                           std::span<std::uint8_t> /*out*/) {}
};

/// Ranks the nodes that are left. One object serves every pod.
class Scorer {
  public:
    virtual ~Scorer() = default;
    virtual std::string_view name() const = 0;
    /// Null: the pod is indifferent, every node gets `indifferent`.
    virtual std::unique_ptr<ScorePass> prepare(const PodShape& pod, ClusterCache& cache) = 0;
    virtual std::uint8_t indifferent() const { return 0; }
};

inline constexpr std::int64_t bestScore = 100;

/// Stretches scores so that the largest is 100; `reversed`: the largest becomes 0.
void normaliseByLargest(std::span<const Slot> feasible, std::span<const std::int64_t> raw,
                        std::span<std::uint8_t> out, bool reversed);

} // namespace wheelhouse::scheduler
