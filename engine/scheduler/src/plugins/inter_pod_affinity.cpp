#include "plugins.h"

#include <algorithm>
#include <limits>

namespace wheelhouse::scheduler {

namespace {

std::vector<PodMatcher> matchersOf(const std::vector<PodTerm>& terms) {
    std::vector<PodMatcher> out;
    for (const PodTerm& term : terms)
        out.push_back(term.pods);
    return out;
}

class FilterTerms final : public FilterPass {
  public:
    FilterTerms(const PodShape& pod, ClusterCache& cache, Rejections& rejections) : pod_(pod), cache_(cache) {
        const auto& near = pod.affinity.near;
        // A pod is company only if every term speaks of it.
        for (const PodTerm& term : near)
            near_.push_back(&cache.tallies.matchingBy(matchersOf(near), term.topologyKey));
        for (const PodTerm& term : pod.affinity.far)
            far_.push_back(&cache.tallies.matchingBy({term.pods}, term.topologyKey));
        isCompany_ = std::all_of(near.begin(), near.end(), [&](const PodTerm& term) {
            return term.pods.matches(pod.nameSpace, pod.labels, cache.tallies.namespaces());
        });
        const char* name = "InterPodAffinity";
        alone_ = rejections.id(name, {"node(s) didn't match pod affinity rules"}, true);
        crowded_ = rejections.id(name, {"node(s) didn't match pod anti-affinity rules"}, false);
        unwelcome_ = rejections.id(name, {"node(s) didn't satisfy existing pods anti-affinity rules"}, false);
    }

    bool local() const override { return near_.empty() && far_.empty() && !refusedSome_ && !anyKeepsOff(); }

    void check(std::span<const Slot> slots, std::span<std::uint32_t> verdicts) override {
        if (!near_.empty()) checkNear(slots, verdicts);
        for (const DomainCounts* far : far_)
            refuseWhere(*far, slots, verdicts, crowded_);
        refusedSome_ = false;
        for (const std::uint32_t number : cache_.tallies.speakingOf(pod_)) {
            const SpokenTerm& term = cache_.tallies.term(number);
            if (term.kind != SpokenTerm::Kind::Far || term.domain.total <= 0) continue;
            refuseWhere(term.domain, slots, verdicts, unwelcome_);
            refusedSome_ = true;
        }
    }

  private:
    bool anyKeepsOff() const {
        const auto& numbers = cache_.tallies.speakingOf(pod_);
        return std::any_of(numbers.begin(), numbers.end(), [&](std::uint32_t number) {
            const SpokenTerm& term = cache_.tallies.term(number);
            return term.kind == SpokenTerm::Kind::Far && term.domain.total > 0;
        });
    }

    void checkNear(std::span<const Slot> slots, std::span<std::uint32_t> verdicts) {
        // The first of a group that wants to be together may go anywhere.
        const bool first =
            isCompany_ && std::all_of(near_.begin(), near_.end(),
                                      [](const DomainCounts* each) { return each->total == 0; });
        for (const Slot slot : slots) {
            if (verdicts[slot] != 0) continue;
            for (const DomainCounts* near : near_) {
                const std::int32_t value = near->topology->valueOf[slot];
                if (value >= 0 && (first || near->at(value) > 0)) continue;
                verdicts[slot] = alone_;
                break;
            }
        }
    }

    static void refuseWhere(const DomainCounts& counts, std::span<const Slot> slots,
                            std::span<std::uint32_t> verdicts, std::uint32_t rejection) {
        if (counts.total <= 0) return;
        for (const Slot slot : slots) {
            if (verdicts[slot] == 0 && counts.at(counts.topology->valueOf[slot]) > 0)
                verdicts[slot] = rejection;
        }
    }

    const PodShape& pod_;
    ClusterCache& cache_;
    std::vector<const DomainCounts*> near_;
    std::vector<const DomainCounts*> far_;
    bool isCompany_ = false;
    bool refusedSome_ = false; ///< placed pods kept it off somewhere when last asked
    std::uint32_t alone_ = 0;
    std::uint32_t crowded_ = 0;
    std::uint32_t unwelcome_ = 0;
};

class AffinityFilter final : public Filter {
  public:
    std::string_view name() const override { return "InterPodAffinity"; }
    Events helpedBy() const override {
        return events::nodeAdded | events::nodeLabels | events::podRemoved | events::podPlaced |
               events::namespaceLabels;
    }
    bool helps(const Happening& happened, const PodShape& waiting, const ClusterCache& cache) const override {
        if (happened.pod != nullptr) return concerns(happened, waiting, cache);
        if (!happened.node) return true;
        const Labels& labels = cache.node(*happened.node).labels;
        const auto labelled = [&](const PodTerm& term) { return labels.contains(term.topologyKey); };
        const auto& terms = waiting.affinity;
        return std::all_of(terms.near.begin(), terms.near.end(), labelled);
    }
    bool helpedBySelf(const PodShape& before, const PodShape& now) const override {
        return before.labels != now.labels;
    }
    Prepared prepare(const PodShape& pod, ClusterCache& cache, Rejections& rejections) override {
        return {std::make_unique<FilterTerms>(pod, cache, rejections), {}, {}};
    }

  private:
    /// Company that came or changed its labels; someone to keep away from, or who keeps it away, who left.
    static bool concerns(const Happening& happened, const PodShape& waiting, const ClusterCache& cache) {
        const NamespaceLabels& namespaces = cache.tallies.namespaces();
        const auto spokenOf = [&](const std::vector<PodTerm>& terms, const PodInfoPtr& pod) {
            return pod != nullptr && std::any_of(terms.begin(), terms.end(), [&](const PodTerm& term) {
                       return term.pods.matches(pod->nameSpace(), pod->shape->labels, namespaces);
                   });
        };
        const auto keepsOff = [&](const PodInfoPtr& pod) {
            if (pod == nullptr) return false;
            const auto& far = pod->shape->affinity.far;
            return std::any_of(far.begin(), far.end(), [&](const PodTerm& term) {
                return term.pods.matches(waiting.nameSpace, waiting.labels, namespaces);
            });
        };
        const auto& terms = waiting.affinity;
        if ((happened.what & events::podRemoved) != 0) {
            return spokenOf(terms.near, happened.pod) || spokenOf(terms.far, happened.pod) ||
                   keepsOff(happened.pod);
        }
        return spokenOf(terms.near, happened.pod) || spokenOf(terms.far, happened.before);
    }
};

class ScoreTerms final : public ScorePass {
  public:
    ScoreTerms(const PodShape& pod, ClusterCache& cache, std::int32_t hardWeight)
        : pod_(pod), cache_(cache), hardWeight_(hardWeight) {
        for (const PodTerm& term : pod.affinity.preferred)
            own_.push_back({&cache.tallies.matchingBy({term.pods}, term.topologyKey), term.weight});
    }
    // Scores of nothing stay nothing.
    bool local() const override { return scoredNothing_ && counted().empty(); }

    void score(std::span<const Slot> slots, std::span<std::int64_t> raw) override {
        for (const Slot slot : slots)
            raw[slot] = 0;
        const auto all = counted();
        scoredNothing_ = all.empty();
        for (const Counted& each : all) {
            for (const Slot slot : slots)
                raw[slot] += each.weight * each.counts->at(each.counts->topology->valueOf[slot]);
        }
    }

    bool normalises() const override { return true; }
    void normalise(std::span<const Slot> feasible, std::span<const std::int64_t> raw,
                   std::span<std::uint8_t> out) override {
        std::int64_t least = std::numeric_limits<std::int64_t>::max();
        std::int64_t most = std::numeric_limits<std::int64_t>::min();
        for (const Slot slot : feasible) {
            least = std::min(least, raw[slot]);
            most = std::max(most, raw[slot]);
        }
        const auto span = static_cast<double>(most > least ? most - least : 1);
        for (const Slot slot : feasible) {
            const auto above = static_cast<double>(raw[slot] - least);
            out[slot] = static_cast<std::uint8_t>(static_cast<double>(bestScore) * (above / span));
        }
    }

  private:
    struct Counted {
        const DomainCounts* counts = nullptr;
        std::int64_t weight = 0;
    };
    /// Everything that makes one place better than another, now.
    std::vector<Counted> counted() const {
        std::vector<Counted> out;
        for (const Counted& each : own_) {
            if (each.counts->total > 0) out.push_back(each);
        }
        for (const std::uint32_t number : cache_.tallies.speakingOf(pod_)) {
            const SpokenTerm& term = cache_.tallies.term(number);
            std::int64_t weight = 0;
            if (term.kind == SpokenTerm::Kind::Preferred) weight = term.term.weight;
            if (term.kind == SpokenTerm::Kind::Near) weight = hardWeight_;
            if (weight != 0 && term.domain.total > 0) out.push_back({&term.domain, weight});
        }
        return out;
    }

    const PodShape& pod_;
    ClusterCache& cache_;
    std::int32_t hardWeight_;
    std::vector<Counted> own_;
    bool scoredNothing_ = false;
};

class AffinityScorer final : public Scorer {
  public:
    explicit AffinityScorer(const PluginArguments& arguments)
        : hardWeight_(arguments.hardPodAffinityWeight),
          ignoreOthers_(arguments.ignorePreferredTermsOfExistingPods) {}
    std::string_view name() const override { return "InterPodAffinity"; }
    std::unique_ptr<ScorePass> prepare(const PodShape& pod, ClusterCache& cache) override {
        if (ignoreOthers_ && pod.affinity.preferred.empty()) return nullptr;
        return std::make_unique<ScoreTerms>(pod, cache, hardWeight_);
    }

  private:
    std::int32_t hardWeight_;
    bool ignoreOthers_;
};

} // namespace

std::unique_ptr<Filter> makeInterPodAffinityFilter() {
    return std::make_unique<AffinityFilter>();
}

std::unique_ptr<Scorer> makeInterPodAffinityScorer(const PluginArguments& arguments) {
    return std::make_unique<AffinityScorer>(arguments);
}

} // namespace wheelhouse::scheduler
