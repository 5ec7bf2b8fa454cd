#include "plugins.h"
#include "spread_rules.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace wheelhouse::scheduler {

namespace {

/// Nodes that have every label the rules go by.
std::vector<std::uint8_t> labelledNodes(const ClusterCache& cache, const std::vector<SpreadCounts>& rules,
                                        bool needAll) {
    std::vector<std::uint8_t> out(cache.nodes().size(), 1);
    if (!needAll) return out;
    for (const SpreadCounts& rule : rules) {
        for (const Slot slot : cache.live())
            out[slot] = out[slot] && rule.valueOf(slot) >= 0;
    }
    return out;
}

class SpreadFilterPass final : public FilterPass {
  public:
    SpreadFilterPass(const PodShape& pod, ClusterCache& cache, Rejections& rejections,
                     const RulesInForce& inForce) {
        for (const auto& each : inForce.rules) {
            counts_.emplace_back(pod, cache, each.rule, each.matchers);
            limits_.push_back({each.self ? 1 : 0, each.rule.maxSkew, each.rule.minDomains.value_or(1)});
        }
        // Only nodes with every key take part, or a rule could never be met.
        const auto labelled = labelledNodes(cache, counts_, true);
        for (SpreadCounts& each : counts_)
            each.begin(labelled);
        const std::string text = "node(s) didn't match pod topology spread constraints";
        skewed_ = rejections.id("PodTopologySpread", {text}, false);
        unlabelled_ = rejections.id("PodTopologySpread", {text + " (missing required label)"}, true);
    }
    bool local() const override { return false; }
    void refresh(std::span<const Slot> changed) override {
        for (SpreadCounts& each : counts_)
            each.refresh(changed);
    }
    void check(std::span<const Slot> slots, std::span<std::uint32_t> verdicts) override {
        for (std::size_t r = 0; r < counts_.size(); ++r) {
            SpreadCounts& rule = counts_[r];
            const Limits& limit = limits_[r];
            const std::int64_t least = rule.domains() < limit.minDomains ? 0 : rule.least();
            const std::int64_t most = limit.maxSkew + least - limit.self;
            for (const Slot slot : slots) {
                if (verdicts[slot] != 0) continue;
                const std::int32_t value = rule.valueOf(slot);
                if (value < 0) {
                    verdicts[slot] = unlabelled_;
                } else if (std::max<std::int64_t>(rule.countOf(value), 0) > most) {
                    verdicts[slot] = skewed_;
                }
            }
        }
    }

  private:
    struct Limits {
        std::int64_t self = 0;
        std::int64_t maxSkew = 1;
        std::int64_t minDomains = 1;
    };
    std::vector<SpreadCounts> counts_;
    std::vector<Limits> limits_;
    std::uint32_t skewed_ = 0;
    std::uint32_t unlabelled_ = 0;
};

class SpreadFilter final : public Filter {
  public:
    explicit SpreadFilter(PluginArguments arguments) : arguments_(std::move(arguments)) {}
    std::string_view name() const override { return "PodTopologySpread"; }
    Events helpedBy() const override {
        return events::nodeAdded | events::nodeRemoved | events::nodeLabels | events::nodeTaints |
               events::podRemoved | events::podPlaced;
    }
    bool helps(const Happening& happened, const PodShape& waiting, const ClusterCache& cache) const override {
        const auto inForce = RulesInForce::of(waiting, cache, arguments_, true);
        if (happened.pod != nullptr) return concerns(inForce, happened, cache);
        if (!happened.node || (happened.what & events::nodeRemoved) != 0) return true;
        const Labels& labels = cache.node(*happened.node).labels;
        return std::all_of(inForce.rules.begin(), inForce.rules.end(),
                           [&](const auto& each) { return labels.contains(each.rule.topologyKey); });
    }
    bool helpedBySelf(const PodShape& before, const PodShape& now) const override {
        return before.labels != now.labels;
    }
    Prepared prepare(const PodShape& pod, ClusterCache& cache, Rejections& rejections) override {
        const auto inForce = RulesInForce::of(pod, cache, arguments_, true);
        if (inForce.rules.empty()) return {};
        return {std::make_unique<SpreadFilterPass>(pod, cache, rejections, inForce), {}, {}};
    }

  private:
    /// Whether a rule counts the pod, as it is now or was before.
    static bool concerns(const RulesInForce& inForce, const Happening& happened, const ClusterCache& cache) {
        const auto counts = [&](const PodInfoPtr& pod) {
            if (pod == nullptr) return false;
            return std::any_of(inForce.rules.begin(), inForce.rules.end(), [&](const auto& each) {
                return !each.matchers.empty() &&
                       std::all_of(each.matchers.begin(), each.matchers.end(), [&](const PodMatcher& some) {
                           return some.matches(pod->nameSpace(), pod->shape->labels,
                                               cache.tallies.namespaces());
                       });
            });
        };
        return counts(happened.pod) || counts(happened.before);
    }

    PluginArguments arguments_;
};

class SpreadScorePass final : public ScorePass {
  public:
    SpreadScorePass(const PodShape& pod, ClusterCache& cache, const RulesInForce& inForce)
        : needAllKeys_(inForce.needAllKeys) {
        for (const auto& each : inForce.rules) {
            counts_.emplace_back(pod, cache, each.rule, each.matchers);
            rules_.push_back({each.rule.topologyKey == "kubernetes.io/hostname",
                              static_cast<double>(each.rule.maxSkew - 1),
                              0,
                              {}});
        }
        labelled_ = labelledNodes(cache, counts_, needAllKeys_);
        for (SpreadCounts& each : counts_)
            each.begin(labelled_);
    }
    bool local() const override { return false; }
    void refresh(std::span<const Slot> changed) override {
        for (SpreadCounts& each : counts_)
            each.refresh(changed);
    }

    void score(std::span<const Slot> feasible, std::span<std::int64_t> raw) override {
        weigh(feasible);
        sums_.assign(feasible.size(), 0.0);
        for (std::size_t r = 0; r < rules_.size(); ++r)
            add(counts_[r], rules_[r], feasible);
        for (std::size_t i = 0; i < feasible.size(); ++i) {
            // Rounded to the nearest; sums are never negative.
            raw[feasible[i]] = labelled_[feasible[i]] ? static_cast<std::int64_t>(sums_[i] + 0.5) : leftOut;
        }
    }

    bool normalises() const override { return true; }
    /// The emptier the better; a node that lacks a label the rules go by comes last.
    void normalise(std::span<const Slot> feasible, std::span<const std::int64_t> raw,
                   std::span<std::uint8_t> out) override {
        std::int64_t least = std::numeric_limits<std::int64_t>::max();
        std::int64_t most = 0;
        for (const Slot slot : feasible) {
            if (raw[slot] == leftOut) continue;
            least = std::min(least, raw[slot]);
            most = std::max(most, raw[slot]);
        }
        const auto divisor = static_cast<double>(most);
        for (const Slot slot : feasible) {
            if (raw[slot] == leftOut) {
                out[slot] = 0;
            } else if (most == 0) {
                out[slot] = bestScore;
            } else {
                // Exact: both are whole and far below 2^53, so the quotient rounds to no whole number it is
                // not.
                const auto emptiness = static_cast<double>(bestScore * (most + least - raw[slot]));
                out[slot] = static_cast<std::uint8_t>(emptiness / divisor);
            }
        }
    }

  private:
    static constexpr std::int64_t leftOut = -1;
    struct Rule {
        bool perNode = false; ///< hostnames: one place a node
        double extra = 0;
        double weight = 0;
        std::vector<std::uint8_t> seen; ///< by value: some feasible node is there
    };

    /// Few large places count for less than many small ones.
    void weigh(std::span<const Slot> feasible) {
        std::size_t scored = 0;
        for (const Slot slot : feasible)
            scored += labelled_[slot];
        for (std::size_t r = 0; r < rules_.size(); ++r) {
            Rule& rule = rules_[r];
            std::size_t places = scored;
            if (!rule.perNode) places = placesOf(counts_[r], rule, feasible);
            rule.weight = std::log(static_cast<double>(places + 2));
        }
    }

    std::size_t placesOf(const SpreadCounts& counts, Rule& rule, std::span<const Slot> feasible) const {
        // Nodes without the label are one place together.
        rule.seen.assign(static_cast<std::size_t>(counts.values()) + 1, 0);
        std::size_t places = 0;
        for (const Slot slot : feasible) {
            if (!labelled_[slot]) continue;
            std::uint8_t& seen = rule.seen[static_cast<std::size_t>(counts.valueOf(slot) + 1)];
            places += seen == 0;
            seen = 1;
        }
        return places;
    }

    void add(const SpreadCounts& counts, const Rule& rule, std::span<const Slot> feasible) {
        for (std::size_t i = 0; i < feasible.size(); ++i) {
            const Slot slot = feasible[i];
            const std::int32_t value = counts.valueOf(slot);
            if (value < 0) continue;
            const std::int64_t count =
                rule.perNode ? counts.on(slot) : std::max<std::int64_t>(counts.countOf(value), 0);
            sums_[i] += static_cast<double>(count) * rule.weight + rule.extra;
        }
    }

    bool needAllKeys_;
    std::vector<SpreadCounts> counts_;
    std::vector<Rule> rules_;
    std::vector<std::uint8_t> labelled_;
    std::vector<double> sums_;
};

class SpreadScorer final : public Scorer {
  public:
    explicit SpreadScorer(PluginArguments arguments) : arguments_(std::move(arguments)) {}
    std::string_view name() const override { return "PodTopologySpread"; }
    std::unique_ptr<ScorePass> prepare(const PodShape& pod, ClusterCache& cache) override {
        const auto inForce = RulesInForce::of(pod, cache, arguments_, false);
        if (inForce.rules.empty()) return nullptr;
        return std::make_unique<SpreadScorePass>(pod, cache, inForce);
    }

  private:
    PluginArguments arguments_;
};

} // namespace

std::unique_ptr<Filter> makeSpreadFilter(const PluginArguments& arguments) {
    return std::make_unique<SpreadFilter>(arguments);
}

std::unique_ptr<Scorer> makeSpreadScorer(const PluginArguments& arguments) {
    return std::make_unique<SpreadScorer>(arguments);
}

} // namespace wheelhouse::scheduler
