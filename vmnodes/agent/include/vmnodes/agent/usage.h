#pragma once

#include "engine/base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::agent {

/// One look at the counters of a node or a container.
struct UsageSample {
    WallTime at{};                   ///< when the counter was read
    std::int64_t cpuNanoseconds = 0; ///< processor time since it began; only grows
    std::int64_t memoryBytes = 0;    ///< working set: in use and not to be had back at once
};

struct ContainerSample {
    std::string id; ///< the runtime's
    UsageSample sample;
};

/// What a runtime can say of the present use, all at about the same time.
struct UsageSnapshot {
    std::optional<UsageSample> node; ///< absent where the kernel does not tell
    std::vector<ContainerSample> containers;
};

} // namespace wheelhouse::agent
