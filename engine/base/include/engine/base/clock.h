#pragma once

#include <chrono>
#include <cstdint>

namespace wheelhouse {

using Duration = std::chrono::nanoseconds;
/// Time that only goes forward; its zero means nothing. For timers and intervals.
using Instant = std::chrono::time_point<struct MonotonicTag, Duration>;
/// Time of day, UTC since 1970. For timestamps people and API clients read.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// The only way to know the time inside the engine and the agent core. Thread-safe.
class Clock {
  public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;
    virtual WallTime wallNow() const = 0;
};

} // namespace wheelhouse
