#pragma once

#include "plugin.h"

#include <array>
#include <map>
#include <optional>

namespace wheelhouse::scheduler {

// Each behaves as the Kubernetes plug-in of its name (pkg/scheduler/framework/plugins).

/// Refuses cordoned nodes, unless the pod tolerates node.kubernetes.io/unschedulable.
class NodeUnschedulable final : public Filter {
  public:
    std::string_view name() const override { return "NodeUnschedulable"; }
    Events helpedBy() const override { return events::nodeAdded | events::nodeSchedulable; }
    bool begin(const PodInfo& pod, ClusterCache& cache, Rejections& rejections) override;
    void check(const ClusterCache& cache, std::span<std::uint32_t> verdicts) override;

  private:
    std::uint32_t rejection_ = 0;
};

/// Refuses nodes whose taints the pod does not tolerate.
class TaintToleration final : public Filter {
  public:
    std::string_view name() const override { return "TaintToleration"; }
    Events helpedBy() const override { return events::nodeAdded | events::nodeTaints; }
    bool begin(const PodInfo& pod, ClusterCache& cache, Rejections& rejections) override;
    void check(const ClusterCache& cache, std::span<std::uint32_t> verdicts) override;

  private:
    std::vector<std::uint32_t> bySet_;
};

/// nodeSelector and required node affinity.
class NodeAffinity final : public Filter {
  public:
    std::string_view name() const override { return "NodeAffinity"; }
    Events helpedBy() const override { return events::nodeAdded | events::nodeLabels; }
    bool begin(const PodInfo& pod, ClusterCache& cache, Rejections& rejections) override;
    void check(const ClusterCache& cache, std::span<std::uint32_t> verdicts) override;

  private:
    const PodInfo* pod_ = nullptr;
    std::uint32_t rejection_ = 0;
};

/// Refuses nodes where a host port the pod wants is taken.
class NodePorts final : public Filter {
  public:
    std::string_view name() const override { return "NodePorts"; }
    Events helpedBy() const override { return events::nodeAdded | events::podRemoved; }
    bool begin(const PodInfo& pod, ClusterCache& cache, Rejections& rejections) override;
    void check(const ClusterCache& cache, std::span<std::uint32_t> verdicts) override;

  private:
    const PodInfo* pod_ = nullptr;
    std::uint32_t rejection_ = 0;
};

/// Refuses nodes without room for what the pod asks.
class NodeResourcesFit final : public Filter {
  public:
    std::string_view name() const override { return "NodeResourcesFit"; }
    Events helpedBy() const override { return events::nodeAdded | events::nodeRoom | events::podRemoved; }
    bool begin(const PodInfo& pod, ClusterCache& cache, Rejections& rejections) override;
    void check(const ClusterCache& cache, std::span<std::uint32_t> verdicts) override;

  private:
    std::uint32_t rejectionFor(std::uint64_t missing);

    const PodInfo* pod_ = nullptr;
    Rejections* rejections_ = nullptr;
    const ResourceNames* names_ = nullptr;
    std::vector<std::uint32_t> extended_; ///< ids of the extended resources the pod asks for
    std::map<std::uint64_t, std::uint32_t> byMissing_;
};

/// The DoNotSchedule spread rules.
class PodTopologySpread final : public Filter {
  public:
    std::string_view name() const override { return "PodTopologySpread"; }
    Events helpedBy() const override {
        return events::nodeAdded | events::nodeRemoved | events::nodeLabels | events::nodeTaints |
               events::podRemoved | events::podPlaced;
    }
    bool begin(const PodInfo& pod, ClusterCache& cache, Rejections& rejections) override;
    void check(const ClusterCache& cache, std::span<std::uint32_t> verdicts) override;

  private:
    struct Rule {
        const ClusterCache::Topology* topology = nullptr;
        std::vector<std::int64_t>
            countOf; ///< by topology value, over the nodes that take part; -1 = none takes part
        std::int64_t least = 0;
        std::int64_t self = 0;
        std::int64_t maxSkew = 1;
    };
    std::vector<Rule> rules_;
    std::uint32_t skewed_ = 0;
    std::uint32_t unlabelled_ = 0;
};

/// Prefers nodes with fewer PreferNoSchedule taints the pod does not tolerate.
class TaintScore final : public Scorer {
  public:
    TaintScore() : Scorer("TaintToleration", 3) {}
    bool begin(const PodInfo& pod, ClusterCache& cache, std::span<const Slot> feasible) override;
    void score(const ClusterCache& cache, std::span<const Slot> feasible,
               std::span<std::int64_t> scores) override;

  private:
    std::vector<std::int64_t> bySet_;
};

/// Preferred node affinity: the sum of the weights of the terms that match.
class AffinityScore final : public Scorer {
  public:
    AffinityScore() : Scorer("NodeAffinity", 2) {}
    bool begin(const PodInfo& pod, ClusterCache& cache, std::span<const Slot> feasible) override;
    void score(const ClusterCache& cache, std::span<const Slot> feasible,
               std::span<std::int64_t> scores) override;

  private:
    const PodInfo* pod_ = nullptr;
};

/// Prefers nodes with the larger share of CPU and memory left (LeastAllocated).
class LeastAllocated final : public Scorer {
  public:
    LeastAllocated() : Scorer("NodeResourcesFit", 1) {}
    bool begin(const PodInfo& pod, ClusterCache& cache, std::span<const Slot> feasible) override;
    void score(const ClusterCache& cache, std::span<const Slot> feasible,
               std::span<std::int64_t> scores) override;

  private:
    const PodInfo* pod_ = nullptr;
};

/// Prefers nodes whose CPU and memory would be used to the same degree.
class BalancedAllocation final : public Scorer {
  public:
    BalancedAllocation() : Scorer("NodeResourcesBalancedAllocation", 1) {}
    bool begin(const PodInfo& pod, ClusterCache& cache, std::span<const Slot> feasible) override;
    void score(const ClusterCache& cache, std::span<const Slot> feasible,
               std::span<std::int64_t> scores) override;

  private:
    const PodInfo* pod_ = nullptr;
};

/// The ScheduleAnyway spread rules; for a pod of a controller that names no rules, the system's: even over
/// hostnames (max skew 3) and zones (max skew 5) among the pods of the same controller.
class SpreadScore final : public Scorer {
  public:
    SpreadScore() : Scorer("PodTopologySpread", 2) {}
    bool begin(const PodInfo& pod, ClusterCache& cache, std::span<const Slot> feasible) override;
    void score(const ClusterCache& cache, std::span<const Slot> feasible,
               std::span<std::int64_t> scores) override;

  private:
    struct Rule {
        const ClusterCache::Topology* topology = nullptr;
        const std::vector<std::int32_t>* counts = nullptr; ///< by slot; null = all zero
        bool perNode = false;                              ///< hostnames: one domain a node
        std::vector<std::int64_t> countOf;                 ///< by topology value
        std::int64_t weight = 0;                           ///< in 1/1024
        std::int64_t maxSkew = 1;
    };
    void add(const PodInfo& pod, ClusterCache& cache, std::span<const Slot> feasible, const SpreadRule& rule,
             const std::vector<std::int32_t>* counts);

    std::vector<Rule> rules_;
    bool needAllKeys_ = true;
};

} // namespace wheelhouse::scheduler
