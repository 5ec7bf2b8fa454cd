#pragma once

#include "engine/base/clock.h"
#include "engine/base/status.h"

#include <string>
#include <vector>

namespace wheelhouse::simulated {

/// An amount (cores, bytes) as a function of time, in the words of an annotation:
///   200m                              always as much
///   sine(100m, 900m, 5m)              up and down between the two, once in five minutes, from the lower one
///   step(100m, 60s, 2, 3m, 100m)      100m for a minute, then 2 for three minutes, then 100m for good
/// A value; the default is nothing at any time.
class LoadPattern {
  public:
    /// An error names what is wrong with the text.
    static Result<LoadPattern> parse(const std::string& text);
    /// The amount this long after the beginning.
    double at(Duration since) const;
    /// The amount summed over the time from the beginning: core-seconds for cores.
    double sum(Duration since) const;
    bool operator==(const LoadPattern&) const = default;

  private:
    struct Stretch {
        double amount = 0;
        Duration length{}; ///< of the last one: without end
        bool operator==(const Stretch&) const = default;
    };
    std::vector<Stretch> stretches_; ///< a constant is one
    double mean_ = 0;                ///< of a sine
    double swing_ = 0;
    Duration period_{}; ///< zero = no sine
};

} // namespace wheelhouse::simulated
