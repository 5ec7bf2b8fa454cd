#include "plugins.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>

namespace wheelhouse::scheduler {

namespace {

/// Refuses with `rejection` every node not refused yet for which `bad` holds.
template <class Bad>
void refuse(const ClusterCache& cache, std::span<std::uint32_t> verdicts, std::uint32_t rejection, Bad bad) {
    const std::vector<Slot>& live = cache.live();
    for (std::size_t i = 0; i < live.size(); ++i) {
        if (verdicts[i] == 0 && bad(live[i], cache.node(live[i]))) verdicts[i] = rejection;
    }
}

} // namespace

bool NodeUnschedulable::begin(const PodInfo& pod, ClusterCache&, Rejections& rejections) {
    api::core::Taint cordon;
    cordon.set_key("node.kubernetes.io/unschedulable");
    cordon.set_effect("NoSchedule");
    rejection_ = rejections.id(name(), {"node(s) were unschedulable"});
    return !tolerated(cordon, pod.tolerations);
}

void NodeUnschedulable::check(const ClusterCache& cache, std::span<std::uint32_t> verdicts) {
    refuse(cache, verdicts, rejection_, [](Slot, const NodeInfo& node) { return node.unschedulable; });
}

bool TaintToleration::begin(const PodInfo& pod, ClusterCache& cache, Rejections& rejections) {
    bySet_.assign(cache.taintSets.size(), 0);
    bool any = false;
    for (std::uint32_t set = 1; set < bySet_.size(); ++set) {
        const api::core::Taint* taint = firstUntolerated(cache.taintSets[set], pod.tolerations);
        if (taint == nullptr) continue;
        bySet_[set] = rejections.id(
            name(), {fmt::format("node(s) had untolerated taint {{{}: {}}}", taint->key(), taint->value())});
        any = true;
    }
    return any;
}

void TaintToleration::check(const ClusterCache& cache, std::span<std::uint32_t> verdicts) {
    const std::vector<Slot>& live = cache.live();
    for (std::size_t i = 0; i < live.size(); ++i) {
        if (verdicts[i] == 0) verdicts[i] = bySet_[cache.node(live[i]).taintSet];
    }
}

bool NodeAffinity::begin(const PodInfo& pod, ClusterCache&, Rejections& rejections) {
    pod_ = &pod;
    rejection_ = rejections.id(name(), {"node(s) didn't match Pod's node affinity/selector"});
    return !pod.choice.unrestricted();
}

void NodeAffinity::check(const ClusterCache& cache, std::span<std::uint32_t> verdicts) {
    refuse(cache, verdicts, rejection_,
           [this](Slot, const NodeInfo& node) { return !pod_->choice.matches(node.labels, node.name); });
}

bool NodePorts::begin(const PodInfo& pod, ClusterCache&, Rejections& rejections) {
    pod_ = &pod;
    rejection_ = rejections.id(name(), {"node(s) didn't have free ports for the requested pod ports"});
    return !pod.hostPorts.empty();
}

void NodePorts::check(const ClusterCache& cache, std::span<std::uint32_t> verdicts) {
    refuse(cache, verdicts, rejection_, [this](Slot, const NodeInfo& node) {
        return std::any_of(node.usedPorts.begin(), node.usedPorts.end(), [this](const HostPort& used) {
            return std::any_of(pod_->hostPorts.begin(), pod_->hostPorts.end(),
                               [&used](const HostPort& wanted) { return wanted.conflictsWith(used); });
        });
    });
}

bool NodeResourcesFit::begin(const PodInfo& pod, ClusterCache& cache, Rejections& rejections) {
    pod_ = &pod;
    rejections_ = &rejections;
    names_ = &cache.resourceNames;
    byMissing_.clear();
    extended_.clear();
    for (std::uint32_t id = 0; id < pod.requests.extended.size(); ++id) {
        // One bit each in `missing`; nobody asks for sixty kinds of device at once.
        if (pod.requests.extended[id] > 0 && extended_.size() < 60) extended_.push_back(id);
    }
    return true;
}

std::uint32_t NodeResourcesFit::rejectionFor(std::uint64_t missing) {
    const auto [place, isNew] = byMissing_.try_emplace(missing, 0);
    if (!isNew) return place->second;
    std::vector<std::string> reasons;
    if (missing & 1) reasons.emplace_back("Too many pods");
    if (missing & 2) reasons.emplace_back("Insufficient cpu");
    if (missing & 4) reasons.emplace_back("Insufficient memory");
    if (missing & 8) reasons.emplace_back("Insufficient ephemeral-storage");
    for (std::size_t i = 0; i < extended_.size(); ++i) {
        if (missing >> (4 + i) & 1) reasons.push_back("Insufficient " + names_->name(extended_[i]));
    }
    place->second = rejections_->id(name(), std::move(reasons));
    return place->second;
}

void NodeResourcesFit::check(const ClusterCache& cache, std::span<std::uint32_t> verdicts) {
    const std::vector<Slot>& live = cache.live();
    const Resources& want = pod_->requests;
    for (std::size_t i = 0; i < live.size(); ++i) {
        if (verdicts[i] != 0) continue;
        const NodeInfo& node = cache.node(live[i]);
        const Resources& have = node.allocatable;
        const Resources& used = node.requested;
        std::uint64_t missing = 0;
        // A pod that asks for nothing of a kind fits also where others have taken too much of it.
        if (used.pods + 1 > have.pods) missing |= 1;
        if (want.milliCpu > 0 && used.milliCpu + want.milliCpu > have.milliCpu) missing |= 2;
        if (want.memory > 0 && used.memory + want.memory > have.memory) missing |= 4;
        if (want.ephemeral > 0 && used.ephemeral + want.ephemeral > have.ephemeral) missing |= 8;
        for (std::size_t k = 0; k < extended_.size(); ++k) {
            const std::uint32_t id = extended_[k];
            if (used.extendedOf(id) + want.extended[id] > have.extendedOf(id))
                missing |= std::uint64_t{1} << (4 + k);
        }
        if (missing != 0) verdicts[i] = rejectionFor(missing);
    }
}

bool PodTopologySpread::begin(const PodInfo& pod, ClusterCache& cache, Rejections& rejections) {
    rules_.clear();
    std::vector<const SpreadRule*> hard;
    for (const SpreadRule& rule : pod.spread) {
        if (rule.hard && rule.selector) hard.push_back(&rule);
    }
    if (hard.empty()) return false;
    skewed_ = rejections.id(name(), {"node(s) didn't match pod topology spread constraints"});
    unlabelled_ = rejections.id(
        name(), {"node(s) didn't match pod topology spread constraints (missing required label)"});
    for (const SpreadRule* rule : hard) {
        Rule out;
        out.topology = &cache.topology(rule->topologyKey);
        out.maxSkew = rule->maxSkew;
        out.self = rule->selector->matches(pod.labels) ? 1 : 0;
        out.countOf.assign(static_cast<std::size_t>(out.topology->values), -1);
        rules_.push_back(std::move(out));
    }
    for (std::size_t r = 0; r < rules_.size(); ++r) {
        Rule& out = rules_[r];
        const SpreadRule& rule = *hard[r];
        const std::vector<std::int32_t>& counts = cache.countMatching(pod.nameSpace(), *rule.selector);
        for (const Slot slot : cache.live()) {
            const NodeInfo& node = cache.node(slot);
            // Only nodes with every key of the pod's rules take part, or a rule could never be met.
            const bool labelled = std::all_of(rules_.begin(), rules_.end(), [slot](const Rule& each) {
                return each.topology->valueOf[slot] >= 0;
            });
            if (!labelled) continue;
            if (rule.honourNodeChoice && !pod.choice.unrestricted() &&
                !pod.choice.matches(node.labels, node.name))
                continue;
            if (rule.honourTaints &&
                firstUntolerated(cache.taintSets[node.taintSet], pod.tolerations) != nullptr)
                continue;
            std::int64_t& count = out.countOf[static_cast<std::size_t>(out.topology->valueOf[slot])];
            count = std::max<std::int64_t>(count, 0) + counts[slot];
        }
        std::int64_t domains = 0;
        std::int64_t least = std::numeric_limits<std::int64_t>::max();
        for (const std::int64_t count : out.countOf) {
            if (count < 0) continue;
            ++domains;
            least = std::min(least, count);
        }
        out.least = domains == 0 || domains < rule.minDomains.value_or(1) ? 0 : least;
    }
    return true;
}

void PodTopologySpread::check(const ClusterCache& cache, std::span<std::uint32_t> verdicts) {
    const std::vector<Slot>& live = cache.live();
    for (std::size_t i = 0; i < live.size(); ++i) {
        for (const Rule& rule : rules_) {
            if (verdicts[i] != 0) break;
            const std::int32_t value = rule.topology->valueOf[live[i]];
            if (value < 0) {
                verdicts[i] = unlabelled_;
                break;
            }
            const std::int64_t there =
                std::max<std::int64_t>(rule.countOf[static_cast<std::size_t>(value)], 0);
            if (there + rule.self - rule.least > rule.maxSkew) verdicts[i] = skewed_;
        }
    }
}

} // namespace wheelhouse::scheduler
