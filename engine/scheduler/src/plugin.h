#pragma once

#include "cluster_cache.h"
#include "engine/scheduler/decision.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wheelhouse::scheduler {

/// Numbers for the distinct rejections, so that refusing a node costs one integer. 0 = not refused.
class Rejections {
  public:
    Rejections() { reset(); }
    std::uint32_t id(std::string_view plugin, std::vector<std::string> reasons);
    const SchedulingDecision::Rejection& operator[](std::uint32_t id) const { return (*all_)[id]; }
    std::shared_ptr<const std::vector<SchedulingDecision::Rejection>> shared() const { return all_; }
    std::size_t size() const { return all_->size(); }
    /// Between attempts: forgets all numbers (decisions keep the tables they were made with).
    void reset();

  private:
    std::shared_ptr<std::vector<SchedulingDecision::Rejection>> all_;
    std::unordered_map<std::string, std::uint32_t> ids_;
};

/// Refuses nodes a pod cannot run on. One object serves every attempt: `begin` sets it up for one pod.
class Filter {
  public:
    virtual ~Filter() = default;
    virtual std::string_view name() const = 0;
    /// What may turn a refusal into a yes.
    virtual Events helpedBy() const = 0;
    /// False: nothing to say about this pod.
    virtual bool begin(const PodInfo& pod, ClusterCache& cache, Rejections& rejections) = 0;
    /// Sets the verdict (a Rejections number) of each node of cache.live() that it refuses; those refused
    /// already are left alone. `verdicts` runs parallel to live().
    virtual void check(const ClusterCache& cache, std::span<std::uint32_t> verdicts) = 0;
};

/// Ranks the nodes that are left.
class Scorer {
  public:
    Scorer(std::string_view name, std::int32_t weight) : name_(name), weight_(weight) {}
    virtual ~Scorer() = default;
    std::string_view name() const { return name_; }
    std::int32_t weight() const { return weight_; }
    /// False: the pod is indifferent, every node gets 0.
    virtual bool begin(const PodInfo& pod, ClusterCache& cache, std::span<const Slot> feasible) = 0;
    /// One score for each of `feasible`, from 0 to 100 at the end.
    virtual void score(const ClusterCache& cache, std::span<const Slot> feasible,
                       std::span<std::int64_t> scores) = 0;

  private:
    std::string name_;
    std::int32_t weight_;
};

inline constexpr std::int64_t bestScore = 100;

/// Stretches scores so that the largest is 100; `reversed`: the largest becomes 0.
void normalise(std::span<std::int64_t> scores, bool reversed);

/// The plug-ins of Kubernetes' default profile this scheduler has, in its order and with its weights.
std::vector<std::unique_ptr<Filter>> defaultFilters();
std::vector<std::unique_ptr<Scorer>> defaultScorers();

} // namespace wheelhouse::scheduler
