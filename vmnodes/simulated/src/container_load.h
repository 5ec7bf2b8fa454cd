#pragma once

#include "load_pattern.h"
#include "vmnodes/agent/runtime.h"
#include "vmnodes/simulated/shared_loads.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::simulated {

/// A number a container publishes.
struct MetricPlan {
    std::string name; ///< as Prometheus has it; with "_total" behind it a counter, whose growth is planned
    LoadPattern pattern;
    std::string group;  ///< of those that share it; empty = none
    std::string shared; ///< what they share, as a pattern's text
};

struct LoadPlan {
    LoadPattern cpu;    ///< cores
    LoadPattern memory; ///< bytes
    std::string group;  ///< of the shared load; empty = none
    std::string shared; ///< its pattern
    double limit = 0;   ///< cores; 0 = none
    std::vector<MetricPlan> metrics;
};

/// From the annotations cpu, memory, cpu-shared, metric-NAME and metric-shared-NAME, each also per container.
/// What cannot be read counts as nothing.
LoadPlan planLoad(const agent::ContainerSpec& spec, const agent::SandboxSpec& sandbox);

/// Cores; 0 = none.
double cpuLimit(const agent::LinuxResources& resources);

/// What one running container uses: by its annotations, by its part of a shared load, and by what it is asked
/// to burn and hold; never more processor time than its limit allows. Counts from its making, which is the
/// container's start; `end` stops the counting.
class ContainerLoad {
  public:
    ContainerLoad(LoadPlan plan, std::shared_ptr<SharedLoads> shared, Instant now);
    ~ContainerLoad() { leave(); }
    ContainerLoad(const ContainerLoad&) = delete;
    ContainerLoad& operator=(const ContainerLoad&) = delete;

    /// Takes `cores` more for `span`.
    void burn(double cores, Duration span, Instant now);
    /// Holds so much more memory for good; answers with all that is held so.
    std::int64_t hold(std::int64_t bytes) { return held_ += bytes; }
    void setLimit(double cores, Instant now); ///< 0 = none
    void end(Instant now);
    std::int64_t cpuNanoseconds(Instant now);
    std::int64_t memoryBytes(Instant now) const;
    /// What it publishes, in Prometheus' text format.
    std::string metricsPage(Instant now) const;

  private:
    struct Burn {
        double cores = 0;
        Instant from{};
        Instant to{};
    };
    /// Core-seconds wished for by then, without the limit.
    double wished(Instant now);
    void leave();

    LoadPlan plan_;
    const std::shared_ptr<SharedLoads> shared_;
    const Instant started_;
    double joinedAt_ = 0; ///< the group's share when this joined
    double share_ = 0;    ///< done of the shared load by the last look
    bool member_ = false;
    std::vector<double> metricsJoinedAt_; ///< of each planned metric: the share when this joined
    std::vector<Burn> burns_;
    double burnt_ = 0; ///< by burns that are over
    std::int64_t held_ = 0;
    double wished_ = 0; ///< by the last look
    double spent_ = 0;
    Instant looked_{};
};

} // namespace wheelhouse::simulated
