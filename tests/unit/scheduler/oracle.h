#pragma once

#include "builders.h"

#include <map>
#include <string>
#include <vector>

namespace wheelhouse::scheduler::test {

/// Kubernetes' rules for one pod and one node at a time, straight from the objects and without any memory:
/// what the columnar, incremental scheduler must agree with.
class Oracle {
  public:
    std::map<std::string, core::Node> nodes;
    std::map<std::string, core::Pod> pods; ///< placed, by uid
    std::map<std::string, Labels> namespaces;
    std::map<std::string, api::meta::LabelSelector> replicaSets; ///< of namespace "default", by name

    struct Verdict {
        std::string plugin; ///< empty: the node will do
        std::vector<std::string> reasons;
    };
    std::map<std::string, Verdict> filter(const core::Pod& pod) const;
    /// Plug-in to node to score, of the nodes that will do.
    std::map<std::string, std::map<std::string, std::int64_t>> score(const core::Pod& pod) const;

  private:
    using Scores = std::map<std::string, std::int64_t>;
    Verdict verdict(const core::Pod& pod, const core::Node& node) const;
    std::vector<std::string> shortOf(const core::Pod& pod, const core::Node& node) const;
    std::string spreadRefusal(const core::Pod& pod, const core::Node& node) const;
    std::string affinityRefusal(const core::Pod& pod, const core::Node& node) const;
    bool matches(const api::core::PodAffinityTerm& term, const core::Pod& owner,
                 const core::Pod& other) const;
    std::vector<const core::Pod*> podsOn(const std::string& node) const;

    std::pair<std::vector<core::TopologySpreadConstraint>, bool> softRules(const core::Pod& pod) const;
    Scores spreadScores(const core::Pod& pod, const std::vector<std::string>& feasible) const;
    Scores affinityScores(const core::Pod& pod, const std::vector<std::string>& feasible) const;
    std::int64_t fitScore(const core::Pod& pod, const core::Node& node) const;
    std::int64_t balancedScore(const core::Pod& pod, const core::Node& node) const;
    std::int64_t imageScore(const core::Pod& pod, const core::Node& node) const;
};

} // namespace wheelhouse::scheduler::test
