#include "spread_rules.h"

#include <algorithm>
#include <limits>

namespace wheelhouse::scheduler {

namespace {

const char* const hostname = "kubernetes.io/hostname";
const char* const zone = "topology.kubernetes.io/zone";

std::vector<SpreadRule> systemRules() {
    SpreadRule hosts;
    hosts.topologyKey = hostname;
    hosts.maxSkew = 3;
    SpreadRule zones;
    zones.topologyKey = zone;
    zones.maxSkew = 5;
    return {hosts, zones};
}

std::vector<SpreadRule> profileRules(const PluginArguments& arguments) {
    if (arguments.systemSpread) return systemRules();
    api::core::PodSpec spec;
    for (const auto& each : arguments.defaultConstraints)
        *spec.add_topologyspreadconstraints() = each;
    return spreadRules(spec, {});
}

} // namespace

RulesInForce RulesInForce::of(const PodShape& pod, const ClusterCache& cache,
                              const PluginArguments& arguments, bool hard) {
    RulesInForce out;
    if (!pod.spread.empty()) {
        for (const SpreadRule& rule : pod.spread) {
            if (rule.hard != hard) continue;
            Each each{rule, {}, rule.selector && rule.selector->matches(pod.labels)};
            // A selector that selects everything counts nothing, as in Kubernetes.
            if (rule.selector && !rule.selector->empty())
                each.matchers.push_back(podsOf(pod.nameSpace, rule.selector));
            out.rules.push_back(std::move(each));
        }
        return out;
    }
    const std::vector<PodMatcher> companions = cache.defaultSelectors.of(pod);
    if (companions.empty()) return out;
    out.needAllKeys = !arguments.systemSpread;
    const bool self = std::all_of(companions.begin(), companions.end(),
                                  [&](const PodMatcher& each) { return each.selector->matches(pod.labels); });
    for (const SpreadRule& rule : profileRules(arguments)) {
        if (rule.hard == hard) out.rules.push_back({rule, companions, self});
    }
    return out;
}

SpreadCounts::SpreadCounts(const PodShape& pod, ClusterCache& cache, const SpreadRule& rule,
                           const std::vector<PodMatcher>& matchers)
    : pod_(pod), cache_(cache), rule_(rule), topology_(cache.topology(rule.topologyKey)) {
    if (!matchers.empty()) tally_ = &cache.tallies.matching(matchers, true);
}

void SpreadCounts::begin(const std::vector<std::uint8_t>& labelled) {
    takesPart_.assign(cache_.nodes().size(), 0);
    counted_.assign(cache_.nodes().size(), 0);
    counts_.assign(static_cast<std::size_t>(topology_->values), -1);
    for (const Slot slot : cache_.live()) {
        const NodeInfo& node = cache_.node(slot);
        if (!labelled[slot] || topology_->valueOf[slot] < 0) continue;
        if (rule_.honourNodeChoice && !pod_.choice.matches(node.labels, node.name)) continue;
        if (rule_.honourTaints &&
            firstUntolerated(cache_.taintSets[node.taintSet], pod_.tolerations) != nullptr)
            continue;
        takesPart_[slot] = 1;
        counted_[slot] = static_cast<std::int32_t>(on(slot));
        std::int64_t& count = counts_[static_cast<std::size_t>(topology_->valueOf[slot])];
        if (count < 0) {
            count = 0;
            ++domains_;
        }
        count += counted_[slot];
    }
}

void SpreadCounts::refresh(std::span<const Slot> changed) {
    if (tally_ == nullptr) return;
    for (const Slot slot : changed) {
        if (!takesPart_[slot] || counted_[slot] == tally_->bySlot[slot]) continue;
        std::int64_t& count = counts_[static_cast<std::size_t>(topology_->valueOf[slot])];
        const std::int64_t before = count;
        count += tally_->bySlot[slot] - counted_[slot];
        counted_[slot] = tally_->bySlot[slot];
        if (!least_) continue;
        if (count < *least_) {
            least_ = count;
        } else if (before == *least_) {
            least_.reset();
        }
    }
}

std::int64_t SpreadCounts::least() {
    if (!least_) {
        std::int64_t least = std::numeric_limits<std::int64_t>::max();
        for (const std::int64_t count : counts_) {
            if (count >= 0) least = std::min(least, count);
        }
        least_ = domains_ == 0 ? 0 : least;
    }
    return *least_;
}

} // namespace wheelhouse::scheduler
