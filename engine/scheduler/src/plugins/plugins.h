#pragma once

#include "../plugin.h"
#include "engine/scheduler/configuration.h"

#include <memory>
#include <string_view>
#include <vector>

namespace wheelhouse::scheduler {

// Each behaves as the Kubernetes plug-in of its name (pkg/scheduler/framework/plugins).

/// Cordoned nodes, unless the pod tolerates node.kubernetes.io/unschedulable.
std::unique_ptr<Filter> makeNodeUnschedulable();
/// Taints that keep off; and how many that only discourage.
std::unique_ptr<Filter> makeTaintFilter();
std::unique_ptr<Scorer> makeTaintScorer();
/// nodeSelector and node affinity, and what the profile adds to it.
std::unique_ptr<Filter> makeNodeAffinityFilter(const PluginArguments& arguments);
std::unique_ptr<Scorer> makeNodeAffinityScorer(const PluginArguments& arguments);
/// Host ports that are taken.
std::unique_ptr<Filter> makeNodePorts();
/// Room for what the pod asks; and how full or even the node would be.
std::unique_ptr<Filter> makeFitFilter(const PluginArguments& arguments);
std::unique_ptr<Scorer> makeFitScorer(const PluginArguments& arguments);
std::unique_ptr<Scorer> makeBalancedAllocation(const PluginArguments& arguments);
/// How evenly pods are spread over places.
std::unique_ptr<Filter> makeSpreadFilter(const PluginArguments& arguments);
std::unique_ptr<Scorer> makeSpreadScorer(const PluginArguments& arguments);
/// Which pods want to be near to or far from which.
std::unique_ptr<Filter> makeInterPodAffinityFilter();
std::unique_ptr<Scorer> makeInterPodAffinityScorer(const PluginArguments& arguments);
/// Nodes that have the images already.
std::unique_ptr<Scorer> makeImageLocality();
/// Disks and claims that one node or one pod may use at a time.
std::unique_ptr<Filter> makeVolumeRestrictions();
/// As many volumes as a driver can attach.
std::unique_ptr<Filter> makeNodeVolumeLimits();
/// Where bound volumes are reachable and unbound ones can be had.
std::unique_ptr<Filter> makeVolumeBinding();
/// Zones of bound volumes.
std::unique_ptr<Filter> makeVolumeZone();

/// By the name of the plug-in; null for a name there is none of.
std::unique_ptr<Filter> makeFilter(std::string_view name, const PluginArguments& arguments);
std::unique_ptr<Scorer> makeScorer(std::string_view name, const PluginArguments& arguments);

/// Refuses with `rejection` every one of `slots` not refused yet for which `bad` holds.
template <class Bad>
void refuse(const ClusterCache& cache, std::span<const Slot> slots, std::span<std::uint32_t> verdicts,
            std::uint32_t rejection, Bad bad) {
    for (const Slot slot : slots) {
        if (verdicts[slot] == 0 && bad(cache.node(slot))) verdicts[slot] = rejection;
    }
}

/// A pass that says of each node by itself whether it is bad.
template <class Bad>
class LocalPass final : public FilterPass {
  public:
    LocalPass(const ClusterCache& cache, std::uint32_t rejection, Bad bad)
        : cache_(cache), rejection_(rejection), bad_(std::move(bad)) {}
    void check(std::span<const Slot> slots, std::span<std::uint32_t> verdicts) override {
        refuse(cache_, slots, verdicts, rejection_, bad_);
    }

  private:
    const ClusterCache& cache_;
    std::uint32_t rejection_;
    Bad bad_;
};

template <class Bad>
std::unique_ptr<FilterPass> localPass(const ClusterCache& cache, std::uint32_t rejection, Bad bad) {
    return std::make_unique<LocalPass<Bad>>(cache, rejection, std::move(bad));
}

} // namespace wheelhouse::scheduler
