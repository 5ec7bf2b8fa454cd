#pragma once

#include "engine/base/clock.h"

#include <algorithm>

namespace wheelhouse::agent {

/// The pauses between tries: `first`, twice that, … up to `max`.
class BackOff {
  public:
    BackOff(Duration first, Duration max) : first_(first), max_(max) {}
    Duration next() {
        current_ = current_ == Duration::zero() ? first_ : std::min(current_ * 2, max_);
        return current_;
    }
    void reset() { current_ = Duration::zero(); }

  private:
    Duration first_;
    Duration max_;
    Duration current_{};
};

} // namespace wheelhouse::agent
