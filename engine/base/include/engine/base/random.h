#pragma once

#include <cstdint>
#include <string>

namespace wheelhouse {

/// The only source of chance inside the engine. Thread-safe where the implementation says so; a seeded one is
/// not.
class Random {
  public:
    virtual ~Random() = default;
    virtual std::uint64_t next() = 0;
    /// Uniform in [0, bound); bound > 0.
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }
    /// Uniform in [0, 1).
    double fraction() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
};

/// An RFC 9562 version 4 UUID in lower case, with 122 bits from `random`.
std::string makeUuid(Random& random);
/// `length` characters of Kubernetes' alphabet for generated names (no vowels, no look-alikes).
std::string randomSuffix(Random& random, int length);

} // namespace wheelhouse
