#pragma once

#include "../plugin.h"
#include "engine/scheduler/configuration.h"

namespace wheelhouse::scheduler {

/// A spread rule at work for one shape of pod: which nodes take part, and how many matching pods there are in
/// each place. `refresh` keeps it up to date node by node.
class SpreadCounts {
  public:
    /// `matchers` empty: nothing counts.
    SpreadCounts(const PodShape& pod, ClusterCache& cache, const SpreadRule& rule,
                 const std::vector<PodMatcher>& matchers);
    /// Once all rules of a pod are there: nodes without `labelled` keys do not take part.
    void begin(const std::vector<std::uint8_t>& labelled);
    void refresh(std::span<const Slot> changed);

    std::int32_t valueOf(Slot slot) const { return topology_->valueOf[slot]; }
    std::int32_t values() const { return topology_->values; }
    /// Matching pods on the nodes of a place that take part; -1: none takes part.
    std::int64_t countOf(std::int32_t value) const { return counts_[static_cast<std::size_t>(value)]; }
    /// Matching pods on one node.
    std::int64_t on(Slot slot) const { return tally_ == nullptr ? 0 : tally_->bySlot[slot]; }
    std::int64_t domains() const { return domains_; }
    /// Of the place with the fewest.
    std::int64_t least();

  private:
    const PodShape& pod_;
    const ClusterCache& cache_;
    SpreadRule rule_;
    std::shared_ptr<const Topology> topology_;
    const Tally* tally_ = nullptr;
    std::vector<std::uint8_t> takesPart_;
    std::vector<std::int32_t> counted_; ///< by slot, as it stands in counts_
    std::vector<std::int64_t> counts_;  ///< by value
    std::int64_t domains_ = 0;
    std::optional<std::int64_t> least_;
};

/// The rules that hold for a pod: its own, or for a pod that names none the profile's, with the pods they
/// count.
struct RulesInForce {
    struct Each {
        SpreadRule rule;
        std::vector<PodMatcher> matchers;
        bool self = false; ///< the pod would count too
    };
    std::vector<Each> rules;
    bool needAllKeys = true; ///< nodes that lack a label of a rule are left out

    static RulesInForce of(const PodShape& pod, const ClusterCache& cache, const PluginArguments& arguments,
                           bool hard);
};

} // namespace wheelhouse::scheduler
