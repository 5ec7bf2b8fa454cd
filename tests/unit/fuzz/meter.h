#pragma once

#include <cstddef>
#include <functional>

namespace wheelhouse::test {

/// What one call cost: CPU time of this thread, and the most memory that was allocated at one time beyond
/// what was before.
struct Cost {
    double cpuSeconds = 0;
    std::size_t peakBytes = 0;
};

/// This program's operator new counts for it (see meter.cpp). One call at a time, on one thread.
Cost measure(const std::function<void()>& work);

} // namespace wheelhouse::test
