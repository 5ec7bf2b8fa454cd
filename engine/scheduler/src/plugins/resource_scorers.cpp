#include "plugins.h"

#include <algorithm>
#include <cmath>

namespace wheelhouse::scheduler {

namespace {

/// One resource a strategy looks at: how much of it nodes have and the pod takes.
class Measured {
  public:
    Measured(const std::string& name, std::int64_t weight, ResourceNames& names) : weight_(weight) {
        if (name == "cpu") {
            kind_ = Kind::Cpu;
        } else if (name == "memory") {
            kind_ = Kind::Memory;
        } else if (name == "ephemeral-storage") {
            kind_ = Kind::Ephemeral;
        } else {
            kind_ = Kind::Extended;
            id_ = names.id(name);
        }
    }
    std::int64_t weight() const { return weight_; }
    std::int64_t in(const Resources& amounts) const {
        switch (kind_) {
        case Kind::Cpu:
            return amounts.milliCpu;
        case Kind::Memory:
            return amounts.memory;
        case Kind::Ephemeral:
            return amounts.ephemeral;
        case Kind::Extended:
            return amounts.extendedOf(id_);
        }
        return 0;
    }
    /// Nodes are not compared by devices the pod does not ask for.
    bool counts(const PodShape& pod) const {
        return kind_ != Kind::Extended || pod.requests.extendedOf(id_) > 0;
    }
    /// Containers that ask for nothing count with a little, or a node would seem empty however many it has.
    bool hasFloor() const { return kind_ == Kind::Cpu || kind_ == Kind::Memory; }

  private:
    enum class Kind { Cpu, Memory, Ephemeral, Extended } kind_;
    std::uint32_t id_ = 0;
    std::int64_t weight_;
};

std::int64_t leastAllocated(std::int64_t used, std::int64_t capacity) {
    return used > capacity ? 0 : (capacity - used) * bestScore / capacity;
}

std::int64_t mostAllocated(std::int64_t used, std::int64_t capacity) {
    return std::min(used, capacity) * bestScore / capacity;
}

/// Between the points of a broken line, straight.
std::int64_t along(const std::vector<ShapePoint>& line, std::int64_t utilization) {
    const auto score = [](const ShapePoint& point) { return std::int64_t{point.score} * (bestScore / 10); };
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (utilization > line[i].utilization) continue;
        if (i == 0) return score(line[0]);
        return score(line[i - 1]) + (score(line[i]) - score(line[i - 1])) *
                                        (utilization - line[i - 1].utilization) /
                                        (line[i].utilization - line[i - 1].utilization);
    }
    return line.empty() ? 0 : score(line.back());
}

class FitPass final : public ScorePass {
  public:
    FitPass(const PodShape& pod, ClusterCache& cache, const PluginArguments::Fit& fit)
        : pod_(pod), cache_(cache), fit_(fit), ratio_(fit.strategy == "RequestedToCapacityRatio"),
          most_(fit.strategy == "MostAllocated") {
        for (const ResourceWeight& each : fit.resources) {
            Measured measured(each.name, each.weight, cache.resourceNames);
            if (measured.counts(pod)) measured_.push_back(measured);
        }
    }
    void score(std::span<const Slot> slots, std::span<std::int64_t> raw) override {
        for (const Slot slot : slots)
            raw[slot] = scoreOf(cache_.node(slot));
    }

  private:
    std::int64_t scoreOf(const NodeInfo& node) const {
        std::int64_t sum = 0;
        std::int64_t weights = 0;
        for (const Measured& each : measured_) {
            const std::int64_t capacity = each.in(node.allocatable);
            if (capacity <= 0) continue;
            const bool floor = each.hasFloor();
            const std::int64_t used = each.in(floor ? node.nonZeroRequested : node.requested) +
                                      each.in(floor ? pod_.nonZeroRequests : pod_.requests);
            if (ratio_) {
                const std::int64_t score = along(fit_.shape, used > capacity ? 100 : used * 100 / capacity);
                if (score <= 0) continue;
                sum += score * each.weight();
            } else {
                sum +=
                    (most_ ? mostAllocated(used, capacity) : leastAllocated(used, capacity)) * each.weight();
            }
            weights += each.weight();
        }
        if (weights == 0) return 0;
        if (!ratio_) return sum / weights;
        return std::llround(static_cast<double>(sum) / static_cast<double>(weights));
    }

    const PodShape& pod_;
    const ClusterCache& cache_;
    const PluginArguments::Fit& fit_;
    bool ratio_;
    bool most_;
    std::vector<Measured> measured_;
};

class FitScorer final : public Scorer {
  public:
    explicit FitScorer(PluginArguments::Fit fit) : fit_(std::move(fit)) {}
    std::string_view name() const override { return "NodeResourcesFit"; }
    std::unique_ptr<ScorePass> prepare(const PodShape& pod, ClusterCache& cache) override {
        return std::make_unique<FitPass>(pod, cache, fit_);
    }

  private:
    PluginArguments::Fit fit_;
};

/// The smaller the standard deviation of the shares in use, the better.
class BalancedPass final : public ScorePass {
  public:
    BalancedPass(const PodShape& pod, const ClusterCache& cache, std::vector<Measured> measured)
        : pod_(pod), cache_(cache), measured_(std::move(measured)) {}
    void score(std::span<const Slot> slots, std::span<std::int64_t> raw) override {
        for (const Slot slot : slots)
            raw[slot] = scoreOf(cache_.node(slot));
    }

  private:
    std::int64_t scoreOf(const NodeInfo& node) {
        shares_.clear();
        double sum = 0;
        for (const Measured& each : measured_) {
            const std::int64_t capacity = each.in(node.allocatable);
            if (capacity <= 0) continue;
            const auto used = static_cast<double>(each.in(node.requested) + each.in(pod_.requests));
            shares_.push_back(std::min(1.0, used / static_cast<double>(capacity)));
            sum += shares_.back();
        }
        double deviation = 0;
        if (shares_.size() == 2) {
            deviation = std::abs((shares_[0] - shares_[1]) / 2);
        } else if (shares_.size() > 2) {
            const double mean = sum / static_cast<double>(shares_.size());
            double squares = 0;
            for (const double share : shares_)
                squares += (share - mean) * (share - mean);
            deviation = std::sqrt(squares / static_cast<double>(shares_.size()));
        }
        return static_cast<std::int64_t>((1 - deviation) * static_cast<double>(bestScore));
    }

    const PodShape& pod_;
    const ClusterCache& cache_;
    std::vector<Measured> measured_;
    std::vector<double> shares_;
};

class BalancedScorer final : public Scorer {
  public:
    explicit BalancedScorer(std::vector<std::string> resources) : resources_(std::move(resources)) {}
    std::string_view name() const override { return "NodeResourcesBalancedAllocation"; }
    std::unique_ptr<ScorePass> prepare(const PodShape& pod, ClusterCache& cache) override {
        std::vector<Measured> measured;
        bool asks = false;
        for (const std::string& name : resources_) {
            Measured each(name, 1, cache.resourceNames);
            if (!each.counts(pod)) continue;
            asks = asks || each.in(pod.requests) > 0;
            measured.push_back(each);
        }
        // A pod that asks for nothing changes no balance.
        if (!asks) return nullptr;
        return std::make_unique<BalancedPass>(pod, cache, std::move(measured));
    }

  private:
    std::vector<std::string> resources_;
};

} // namespace

std::unique_ptr<Scorer> makeFitScorer(const PluginArguments& arguments) {
    return std::make_unique<FitScorer>(arguments.fit);
}

std::unique_ptr<Scorer> makeBalancedAllocation(const PluginArguments& arguments) {
    return std::make_unique<BalancedScorer>(arguments.balancedResources);
}

} // namespace wheelhouse::scheduler
