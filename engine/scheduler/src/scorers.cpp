#include "plugins.h"

#include <algorithm>
#include <cmath>

namespace wheelhouse::scheduler {

bool TaintScore::begin(const PodInfo& pod, ClusterCache& cache, std::span<const Slot>) {
    bySet_.assign(cache.taintSets.size(), 0);
    for (std::uint32_t set = 1; set < bySet_.size(); ++set) {
        for (const auto& taint : cache.taintSets[set]) {
            if (taint.effect() == "PreferNoSchedule" && !tolerated(taint, pod.tolerations)) ++bySet_[set];
        }
    }
    return true;
}

void TaintScore::score(const ClusterCache& cache, std::span<const Slot> feasible,
                       std::span<std::int64_t> scores) {
    for (std::size_t i = 0; i < feasible.size(); ++i)
        scores[i] = bySet_[cache.node(feasible[i]).taintSet];
    normalise(scores, true);
}

bool AffinityScore::begin(const PodInfo& pod, ClusterCache&, std::span<const Slot>) {
    pod_ = &pod;
    return !pod.preferred.empty();
}

void AffinityScore::score(const ClusterCache& cache, std::span<const Slot> feasible,
                          std::span<std::int64_t> scores) {
    for (std::size_t i = 0; i < feasible.size(); ++i) {
        const NodeInfo& node = cache.node(feasible[i]);
        for (const auto& [weight, term] : pod_->preferred) {
            if (term.matches(node.labels, node.name)) scores[i] += weight;
        }
    }
    normalise(scores, false);
}

bool LeastAllocated::begin(const PodInfo& pod, ClusterCache&, std::span<const Slot>) {
    pod_ = &pod;
    return true;
}

void LeastAllocated::score(const ClusterCache& cache, std::span<const Slot> feasible,
                           std::span<std::int64_t> scores) {
    const auto free = [](std::int64_t used, std::int64_t capacity) {
        return capacity <= 0 || used > capacity ? 0 : (capacity - used) * bestScore / capacity;
    };
    const Resources& want = pod_->nonZeroRequests;
    for (std::size_t i = 0; i < feasible.size(); ++i) {
        const NodeInfo& node = cache.node(feasible[i]);
        const Resources& used = node.nonZeroRequested;
        scores[i] = (free(used.milliCpu + want.milliCpu, node.allocatable.milliCpu) +
                     free(used.memory + want.memory, node.allocatable.memory)) /
                    2;
    }
}

bool BalancedAllocation::begin(const PodInfo& pod, ClusterCache&, std::span<const Slot>) {
    pod_ = &pod;
    // A pod that asks for nothing changes no balance.
    return !pod.bestEffort;
}

void BalancedAllocation::score(const ClusterCache& cache, std::span<const Slot> feasible,
                               std::span<std::int64_t> scores) {
    const std::int64_t whole = 10'000;
    // Bytes times ten thousand stays within 64 bits up to 900 TiB a node.
    const auto share = [whole](std::int64_t used, std::int64_t capacity) {
        return capacity <= 0 ? whole : std::min(whole, used * whole / capacity);
    };
    for (std::size_t i = 0; i < feasible.size(); ++i) {
        const NodeInfo& node = cache.node(feasible[i]);
        const std::int64_t cpu =
            share(node.requested.milliCpu + pod_->requests.milliCpu, node.allocatable.milliCpu);
        const std::int64_t memory =
            share(node.requested.memory + pod_->requests.memory, node.allocatable.memory);
        // Half the distance of two shares is their standard deviation.
        scores[i] = (whole - std::abs(cpu - memory) / 2) * bestScore / whole;
    }
}

void SpreadScore::add(const PodInfo& pod, ClusterCache& cache, std::span<const Slot> feasible,
                      const SpreadRule& rule, const std::vector<std::int32_t>* counts) {
    Rule out;
    out.topology = &cache.topology(rule.topologyKey);
    out.counts = counts;
    out.perNode = rule.topologyKey == "kubernetes.io/hostname";
    out.maxSkew = rule.maxSkew;
    std::int64_t domains = 0;
    out.countOf.assign(static_cast<std::size_t>(out.topology->values), -1);
    for (const Slot slot : feasible) {
        const std::int32_t value = out.topology->valueOf[slot];
        if (value < 0) continue;
        std::int64_t& count = out.countOf[static_cast<std::size_t>(value)];
        if (count < 0) {
            count = 0;
            ++domains;
        }
    }
    if (out.perNode) domains = static_cast<std::int64_t>(feasible.size());
    if (!out.perNode && counts != nullptr) {
        for (const Slot slot : cache.live()) {
            const NodeInfo& node = cache.node(slot);
            const std::int32_t value = out.topology->valueOf[slot];
            if (value < 0 || out.countOf[static_cast<std::size_t>(value)] < 0) continue;
            if (rule.honourNodeChoice && !pod.choice.unrestricted() &&
                !pod.choice.matches(node.labels, node.name))
                continue;
            if (rule.honourTaints &&
                firstUntolerated(cache.taintSets[node.taintSet], pod.tolerations) != nullptr)
                continue;
            out.countOf[static_cast<std::size_t>(value)] += (*counts)[slot];
        }
    }
    // Few large domains count for less than many small ones.
    out.weight = static_cast<std::int64_t>(std::log(static_cast<double>(domains + 2)) * 1024);
    rules_.push_back(std::move(out));
}

bool SpreadScore::begin(const PodInfo& pod, ClusterCache& cache, std::span<const Slot> feasible) {
    rules_.clear();
    needAllKeys_ = true;
    for (const SpreadRule& rule : pod.spread) {
        if (rule.hard) continue;
        add(pod, cache, feasible, rule,
            rule.selector ? &cache.countMatching(pod.nameSpace(), *rule.selector) : nullptr);
    }
    const Uid& owner = pod.object->controllerUid();
    if (!pod.spread.empty() || owner.empty()) return !rules_.empty();
    needAllKeys_ = false;
    SpreadRule system;
    system.topologyKey = "kubernetes.io/hostname";
    system.maxSkew = 3;
    add(pod, cache, feasible, system, cache.countOwned(owner));
    system.topologyKey = "topology.kubernetes.io/zone";
    system.maxSkew = 5;
    add(pod, cache, feasible, system, cache.countOwned(owner));
    return true;
}

void SpreadScore::score(const ClusterCache&, std::span<const Slot> feasible, std::span<std::int64_t> scores) {
    constexpr std::int64_t left = -1;
    std::int64_t least = -1;
    std::int64_t most = 0;
    for (std::size_t i = 0; i < feasible.size(); ++i) {
        const Slot slot = feasible[i];
        std::int64_t sum = 0;
        for (const Rule& rule : rules_) {
            const std::int32_t value = rule.topology->valueOf[slot];
            if (value < 0) {
                if (!needAllKeys_) continue;
                sum = left;
                break;
            }
            const std::int64_t count = rule.perNode ? (rule.counts != nullptr ? (*rule.counts)[slot] : 0)
                                                    : rule.countOf[static_cast<std::size_t>(value)];
            sum += count * rule.weight + (rule.maxSkew - 1) * 1024;
        }
        scores[i] = sum;
        if (sum == left) continue;
        least = least < 0 ? sum : std::min(least, sum);
        most = std::max(most, sum);
    }
    // The emptier the better; a node that lacks a label the rules go by comes last.
    for (std::int64_t& score : scores) {
        if (score == left) {
            score = 0;
        } else if (most == 0) {
            score = bestScore;
        } else {
            score = bestScore * (most + least - score) / most;
        }
    }
}

} // namespace wheelhouse::scheduler
