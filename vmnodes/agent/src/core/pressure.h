#pragma once

#include "engine/api/types.h"
#include "vmnodes/agent/housekeeping.h"
#include "vmnodes/agent/runtime.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::agent {

enum class Pressure { Memory, Disk, Pid };

Pressure pressureOf(Signal signal);
/// How much of it there is and how much is left; nothing where the runtime cannot tell.
struct Reading {
    std::int64_t all = 0;
    std::int64_t left = 0;
};
std::optional<Reading> readingOf(Signal signal, const NodeRoom& room);

/// A threshold that asks for pods to be evicted now.
struct Crossing {
    EvictionThreshold threshold;
    std::int64_t least = 0;
    std::int64_t left = 0;
};

/// Which thresholds a node is below, and what it says of that. A threshold once crossed stays so until there
/// is as much more as it wants reclaimed; a condition stays for a while after what caused it has gone.
class PressureGauge {
  public:
    explicit PressureGauge(const HousekeepingOptions& options)
        : options_(options), below_(options.thresholds.size()), crossed_(options.thresholds.size()) {}

    void observe(const NodeRoom& room, Instant now);
    /// Those that ask for something now, memory first, then as the options list them.
    std::vector<Crossing> crossings() const;
    bool under(Pressure pressure) const { return under_[static_cast<std::size_t>(pressure)]; }
    /// MemoryPressure, DiskPressure and PIDPressure, before all others and in place of those of that name.
    void setConditions(api::core::NodeStatus& status) const;
    /// "NodeHasDiskPressure" and its like, for each pressure that came or went with the last observation.
    std::vector<std::string> takeChanges();

  private:
    const HousekeepingOptions& options_;
    std::vector<std::optional<Instant>> below_; ///< since when, for each threshold
    std::vector<std::optional<Crossing>> crossed_;
    std::array<std::optional<Instant>, 3> seen_; ///< when each pressure was last there
    std::array<bool, 3> under_{};
    std::vector<std::string> changes_;
};

} // namespace wheelhouse::agent
