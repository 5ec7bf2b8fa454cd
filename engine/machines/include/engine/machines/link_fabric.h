#pragma once

#include "engine/base/clock.h"

#include <cstdint>
#include <string>
#include <vector>

namespace wheelhouse::machines {

/// What happens to frames from one node to another; one direction. The default is a perfect link.
struct LinkFault {
    bool cut = false;
    Duration delay{};
    Duration jitter{};
    double loss = 0;                 ///< 0…1
    std::uint64_t bitsPerSecond = 0; ///< 0 = unlimited

    bool operator==(const LinkFault&) const = default;
};

/// Counts of one direction since the fabric started. Only ever grow.
struct LinkTraffic {
    std::string from;
    std::string to;
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
    std::uint64_t dropped = 0;
};

/// The network between machines. Thread-safe; calls return at once.
class LinkFabric {
  public:
    virtual ~LinkFabric() = default;
    /// Replaces the fault from `from` to `to`; a default LinkFault heals it. Unknown names are remembered for
    /// later.
    virtual void setFault(const std::string& from, const std::string& to, const LinkFault& fault) = 0;
    virtual std::vector<LinkTraffic> traffic() const = 0;
};

} // namespace wheelhouse::machines
