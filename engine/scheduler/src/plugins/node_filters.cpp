#include "plugins.h"

#include <algorithm>

namespace wheelhouse::scheduler {

namespace {

class NodeUnschedulable final : public Filter {
  public:
    std::string_view name() const override { return "NodeUnschedulable"; }
    Events helpedBy() const override {
        return events::nodeAdded | events::nodeSchedulable | events::nodeTaints;
    }
    bool helps(const Happening& happened, const PodShape&, const ClusterCache& cache) const override {
        return happened.node && !cache.node(*happened.node).unschedulable;
    }
    bool helpedBySelf(const PodShape& before, const PodShape& now) const override {
        return !sameTolerations(before.tolerations, now.tolerations);
    }
    Prepared prepare(const PodShape& pod, ClusterCache& cache, Rejections& rejections) override {
        api::core::Taint cordon;
        cordon.set_key("node.kubernetes.io/unschedulable");
        cordon.set_effect("NoSchedule");
        if (tolerated(cordon, pod.tolerations)) return {};
        const auto rejection = rejections.id(name(), {"node(s) were unschedulable"}, true);
        return {localPass(cache, rejection, [](const NodeInfo& node) { return node.unschedulable; }), {}, {}};
    }
};

class TaintFilter final : public Filter {
    class Pass final : public FilterPass {
      public:
        Pass(const ClusterCache& cache, std::vector<std::uint32_t> bySet)
            : cache_(cache), bySet_(std::move(bySet)) {}
        // A set of taints met later begins a new epoch, and with it a new pass.
        void check(std::span<const Slot> slots, std::span<std::uint32_t> verdicts) override {
            for (const Slot slot : slots) {
                if (verdicts[slot] == 0) verdicts[slot] = bySet_[cache_.node(slot).taintSet];
            }
        }

      private:
        const ClusterCache& cache_;
        std::vector<std::uint32_t> bySet_;
    };

  public:
    std::string_view name() const override { return "TaintToleration"; }
    Events helpedBy() const override { return events::nodeAdded | events::nodeTaints; }
    bool helps(const Happening& happened, const PodShape& waiting, const ClusterCache& cache) const override {
        if (!happened.node) return false;
        const Taints& taints = cache.taintSets[cache.node(*happened.node).taintSet];
        return firstUntolerated(taints, waiting.tolerations) == nullptr;
    }
    bool helpedBySelf(const PodShape& before, const PodShape& now) const override {
        return !sameTolerations(before.tolerations, now.tolerations);
    }
    Prepared prepare(const PodShape& pod, ClusterCache& cache, Rejections& rejections) override {
        std::vector<std::uint32_t> bySet(cache.taintSets.size(), 0);
        bool any = false;
        for (std::uint32_t set = 1; set < bySet.size(); ++set) {
            if (firstUntolerated(cache.taintSets[set], pod.tolerations) == nullptr) continue;
            bySet[set] = rejections.id(name(), {"node(s) had untolerated taint(s)"}, true);
            any = true;
        }
        if (!any) return {};
        return {std::make_unique<Pass>(cache, std::move(bySet)), {}, {}};
    }
};

class TaintScorer final : public Scorer {
    class Pass final : public ScorePass {
      public:
        Pass(const ClusterCache& cache, std::vector<std::int64_t> bySet)
            : cache_(cache), bySet_(std::move(bySet)) {}
        void score(std::span<const Slot> slots, std::span<std::int64_t> raw) override {
            for (const Slot slot : slots)
                raw[slot] = bySet_[cache_.node(slot).taintSet];
        }
        bool normalises() const override { return true; }
        void normalise(std::span<const Slot> feasible, std::span<const std::int64_t> raw,
                       std::span<std::uint8_t> out) override {
            normaliseByLargest(feasible, raw, out, true);
        }

      private:
        const ClusterCache& cache_;
        std::vector<std::int64_t> bySet_;
    };

  public:
    std::string_view name() const override { return "TaintToleration"; }
    std::uint8_t indifferent() const override { return bestScore; }
    std::unique_ptr<ScorePass> prepare(const PodShape& pod, ClusterCache& cache) override {
        std::vector<std::int64_t> bySet(cache.taintSets.size(), 0);
        bool any = false;
        for (std::uint32_t set = 1; set < bySet.size(); ++set) {
            for (const auto& taint : cache.taintSets[set]) {
                if (taint.effect() != "PreferNoSchedule" || tolerated(taint, pod.tolerations)) continue;
                ++bySet[set];
                any = true;
            }
        }
        return any ? std::make_unique<Pass>(cache, std::move(bySet)) : nullptr;
    }
};

class NodePorts final : public Filter {
  public:
    std::string_view name() const override { return "NodePorts"; }
    Events helpedBy() const override { return events::nodeAdded | events::podRemoved; }
    bool helps(const Happening& happened, const PodShape& waiting, const ClusterCache&) const override {
        if (happened.pod == nullptr) return true;
        return conflict(happened.pod->shape->hostPorts, waiting.hostPorts);
    }
    Prepared prepare(const PodShape& pod, ClusterCache& cache, Rejections& rejections) override {
        if (pod.hostPorts.empty()) return {};
        const auto rejection =
            rejections.id(name(), {"node(s) didn't have free ports for the requested pod ports"}, false);
        const auto taken = [&pod](const NodeInfo& node) { return conflict(node.usedPorts, pod.hostPorts); };
        return {localPass(cache, rejection, taken), {}, {}};
    }

  private:
    static bool conflict(const std::vector<HostPort>& used, const std::vector<HostPort>& wanted) {
        return std::any_of(used.begin(), used.end(), [&](const HostPort& one) {
            return std::any_of(wanted.begin(), wanted.end(),
                               [&](const HostPort& other) { return other.conflictsWith(one); });
        });
    }
};

/// What node affinity a profile adds to every pod's own.
struct Added {
    explicit Added(const PluginArguments& arguments) {
        if (!arguments.addedAffinity) return;
        const auto& affinity = *arguments.addedAffinity;
        if (affinity.has_requiredduringschedulingignoredduringexecution()) {
            required.emplace();
            for (const auto& term :
                 affinity.requiredduringschedulingignoredduringexecution().nodeselectorterms())
                required->emplace_back(term);
        }
        for (const auto& term : affinity.preferredduringschedulingignoredduringexecution())
            preferred.emplace_back(term.weight(), NodeTerm(term.preference()));
    }
    bool allows(const NodeInfo& node) const {
        return !required || std::any_of(required->begin(), required->end(), [&](const NodeTerm& term) {
            return term.matches(node.labels, node.name);
        });
    }
    std::optional<std::vector<NodeTerm>> required;
    std::vector<std::pair<std::int32_t, NodeTerm>> preferred;
};

class NodeAffinityFilter final : public Filter {
  public:
    explicit NodeAffinityFilter(const PluginArguments& arguments) : added_(arguments) {}
    std::string_view name() const override { return "NodeAffinity"; }
    Events helpedBy() const override { return events::nodeAdded | events::nodeLabels; }
    bool helps(const Happening& happened, const PodShape& waiting, const ClusterCache& cache) const override {
        if (!happened.node) return false;
        const NodeInfo& node = cache.node(*happened.node);
        return added_.allows(node) && waiting.choice.matches(node.labels, node.name);
    }
    Prepared prepare(const PodShape& pod, ClusterCache& cache, Rejections& rejections) override {
        Prepared out;
        if (pod.choice.unrestricted() && !added_.required) return out;
        const auto own = rejections.id(name(), {"node(s) didn't match Pod's node affinity/selector"}, true);
        if (added_.required) {
            out.pass =
                std::make_unique<BothPass>(cache, pod, *this, rejections.id(name(), {enforced}, true), own);
        } else {
            out.pass = localPass(cache, own, [&pod](const NodeInfo& node) {
                return !pod.choice.matches(node.labels, node.name);
            });
        }
        if (pod.onlyNodes) {
            out.only.emplace();
            for (const std::string& each : *pod.onlyNodes) {
                const auto slot = cache.find(each);
                if (slot && cache.node(*slot).present) out.only->push_back(*slot);
            }
        }
        return out;
    }

  private:
    static constexpr const char* enforced = "node(s) didn't match scheduler-enforced node affinity";
    class BothPass final : public FilterPass {
      public:
        BothPass(const ClusterCache& cache, const PodShape& pod, const NodeAffinityFilter& filter,
                 std::uint32_t byProfile, std::uint32_t byPod)
            : cache_(cache), pod_(pod), filter_(filter), byProfile_(byProfile), byPod_(byPod) {}
        void check(std::span<const Slot> slots, std::span<std::uint32_t> verdicts) override {
            refuse(cache_, slots, verdicts, byProfile_,
                   [this](const NodeInfo& node) { return !filter_.added_.allows(node); });
            refuse(cache_, slots, verdicts, byPod_,
                   [this](const NodeInfo& node) { return !pod_.choice.matches(node.labels, node.name); });
        }

      private:
        const ClusterCache& cache_;
        const PodShape& pod_;
        const NodeAffinityFilter& filter_;
        std::uint32_t byProfile_;
        std::uint32_t byPod_;
    };
    Added added_;
};

class NodeAffinityScorer final : public Scorer {
    class Pass final : public ScorePass {
      public:
        Pass(const ClusterCache& cache, const PodShape& pod, const Added& added)
            : cache_(cache), pod_(pod), added_(added) {}
        void score(std::span<const Slot> slots, std::span<std::int64_t> raw) override {
            for (const Slot slot : slots) {
                const NodeInfo& node = cache_.node(slot);
                std::int64_t sum = 0;
                for (const auto* terms : {&added_.preferred, &pod_.preferred}) {
                    for (const auto& [weight, term] : *terms) {
                        if (term.matches(node.labels, node.name)) sum += weight;
                    }
                }
                raw[slot] = sum;
            }
        }
        bool normalises() const override { return true; }
        void normalise(std::span<const Slot> feasible, std::span<const std::int64_t> raw,
                       std::span<std::uint8_t> out) override {
            normaliseByLargest(feasible, raw, out, false);
        }

      private:
        const ClusterCache& cache_;
        const PodShape& pod_;
        const Added& added_;
    };

  public:
    explicit NodeAffinityScorer(const PluginArguments& arguments) : added_(arguments) {}
    std::string_view name() const override { return "NodeAffinity"; }
    std::unique_ptr<ScorePass> prepare(const PodShape& pod, ClusterCache& cache) override {
        if (pod.preferred.empty() && added_.preferred.empty()) return nullptr;
        return std::make_unique<Pass>(cache, pod, added_);
    }

  private:
    Added added_;
};

} // namespace

std::unique_ptr<Filter> makeNodeUnschedulable() {
    return std::make_unique<NodeUnschedulable>();
}

std::unique_ptr<Filter> makeTaintFilter() {
    return std::make_unique<TaintFilter>();
}

std::unique_ptr<Scorer> makeTaintScorer() {
    return std::make_unique<TaintScorer>();
}

std::unique_ptr<Filter> makeNodePorts() {
    return std::make_unique<NodePorts>();
}

std::unique_ptr<Filter> makeNodeAffinityFilter(const PluginArguments& arguments) {
    return std::make_unique<NodeAffinityFilter>(arguments);
}

std::unique_ptr<Scorer> makeNodeAffinityScorer(const PluginArguments& arguments) {
    return std::make_unique<NodeAffinityScorer>(arguments);
}

} // namespace wheelhouse::scheduler
