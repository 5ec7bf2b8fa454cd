#include "plugins.h"

#include <algorithm>
#include <cstdlib>
#include <map>

namespace wheelhouse::scheduler {

namespace {

constexpr std::size_t mostExtended = 28;

bool ignored(const std::string& resource, const PluginArguments::Fit& fit) {
    if (std::find(fit.ignoredResources.begin(), fit.ignoredResources.end(), resource) !=
        fit.ignoredResources.end())
        return true;
    const std::string group = resource.substr(0, resource.find('/'));
    return std::find(fit.ignoredResourceGroups.begin(), fit.ignoredResourceGroups.end(), group) !=
           fit.ignoredResourceGroups.end();
}

/// Which resources are short on a node, and which of them even an empty node would not have: two bits each.
class FitPass final : public FilterPass {
  public:
    FitPass(const PodShape& pod, const ClusterCache& cache, Rejections& rejections,
            const PluginArguments::Fit& fit)
        : want_(pod.requests), cache_(cache), rejections_(rejections) {
        for (std::uint32_t id = 0; id < want_.extended.size(); ++id) {
            if (want_.extended[id] <= 0 || ignored(cache.resourceNames.name(id), fit)) continue;
            // Nobody asks for thirty kinds of device at once.
            if (extended_.size() < mostExtended) extended_.push_back(id);
        }
    }

    void check(std::span<const Slot> slots, std::span<std::uint32_t> verdicts) override {
        for (const Slot slot : slots) {
            if (verdicts[slot] != 0) continue;
            const std::uint64_t missing = missingOn(cache_.node(slot));
            if (missing != 0) verdicts[slot] = rejectionFor(missing);
        }
    }

  private:
    /// A pod that asks for nothing of a kind fits also where others have taken too much of it.
    static std::uint64_t lack(std::int64_t want, std::int64_t used, std::int64_t have) {
        if (want <= 0 || used + want <= have) return 0;
#ifdef WHEELHOUSE_SEEDED_BUGS
        if (std::getenv("WHEELHOUSE_BUG_FORGET_ROOM") != nullptr && used <= have) return 0;
#endif
        return want > have ? 3 : 1;
    }

    std::uint64_t missingOn(const NodeInfo& node) const {
        const Resources& have = node.allocatable;
        const Resources& used = node.requested;
        std::uint64_t missing = used.pods + 1 > have.pods ? 1 : 0;
        missing |= lack(want_.milliCpu, used.milliCpu, have.milliCpu) << 2;
        missing |= lack(want_.memory, used.memory, have.memory) << 4;
        missing |= lack(want_.ephemeral, used.ephemeral, have.ephemeral) << 6;
        for (std::size_t k = 0; k < extended_.size(); ++k) {
            const std::uint32_t id = extended_[k];
            missing |= lack(want_.extended[id], used.extendedOf(id), have.extendedOf(id)) << (8 + 2 * k);
        }
        return missing;
    }

    std::uint32_t rejectionFor(std::uint64_t missing) {
        const auto [place, isNew] = byMissing_.try_emplace(missing, 0);
        if (!isNew) return place->second;
        std::vector<std::string> reasons;
        if (missing & 1) reasons.emplace_back("Too many pods");
        if (missing & 4) reasons.emplace_back("Insufficient cpu");
        if (missing & 16) reasons.emplace_back("Insufficient memory");
        if (missing & 64) reasons.emplace_back("Insufficient ephemeral-storage");
        for (std::size_t k = 0; k < extended_.size(); ++k) {
            if (missing >> (8 + 2 * k) & 1)
                reasons.push_back("Insufficient " + cache_.resourceNames.name(extended_[k]));
        }
        const bool never = (missing & 0xAAAA'AAAA'AAAA'AAAAU) != 0;
        place->second = rejections_.id("NodeResourcesFit", std::move(reasons), never);
        return place->second;
    }

    const Resources& want_;
    const ClusterCache& cache_;
    Rejections& rejections_;
    std::vector<std::uint32_t> extended_; ///< ids of the extended resources the pod asks for
    std::map<std::uint64_t, std::uint32_t> byMissing_;
};

class FitFilter final : public Filter {
  public:
    explicit FitFilter(PluginArguments::Fit fit) : fit_(std::move(fit)) {}
    std::string_view name() const override { return "NodeResourcesFit"; }
    Events helpedBy() const override {
        return events::nodeAdded | events::nodeRoom | events::podRemoved | events::podShrunk;
    }
    bool helpedBySelf(const PodShape& before, const PodShape& now) const override {
        return asksForLess(now.requests, before.requests);
    }
    bool helps(const Happening& happened, const PodShape& waiting, const ClusterCache& cache) const override {
        if ((happened.what & (events::podRemoved | events::podShrunk)) != 0) return true;
        if (!happened.node) return false;
        // A node that could not hold the pod even if it were empty is no news.
        const Resources& have = cache.node(*happened.node).allocatable;
        const Resources& want = waiting.requests;
        if (want.milliCpu > have.milliCpu || want.memory > have.memory || want.ephemeral > have.ephemeral ||
            have.pods < 1)
            return false;
        for (std::uint32_t id = 0; id < want.extended.size(); ++id) {
            if (want.extended[id] > have.extendedOf(id) && !ignored(cache.resourceNames.name(id), fit_))
                return false;
        }
        return true;
    }
    Prepared prepare(const PodShape& pod, ClusterCache& cache, Rejections& rejections) override {
        return {std::make_unique<FitPass>(pod, cache, rejections, fit_), {}, {}};
    }

  private:
    PluginArguments::Fit fit_;
};

} // namespace

std::unique_ptr<Filter> makeFitFilter(const PluginArguments& arguments) {
    return std::make_unique<FitFilter>(arguments.fit);
}

} // namespace wheelhouse::scheduler
