#pragma once

#include "engine/api/groups/autoscaling2.h"
#include "engine/base/clock.h"

#include <cstdint>
#include <deque>
#include <string>

namespace wheelhouse::autoscaling {

/// Where a number of replicas came to, and why in the words of the autoscaler's conditions.
struct Ruling {
    std::int32_t replicas = 0;
    std::string reason;
    std::string message;
};

/// What an autoscaler remembers of its past: what was recommended and how much was changed, each as long as
/// some rule asks for it. Lost with the program; an autoscaler that begins anew remembers the present number
/// as recommended, so that it does not shrink at once.
class ScalingHistory {
  public:
    using Rules = api::autoscaling2::HPAScalingRules;

    bool empty() const { return recommendations_.empty(); }
    void recommended(std::int32_t replicas, Instant now) { recommendations_.push_back({replicas, now}); }
    void scaled(std::int32_t from, std::int32_t to, Instant now) { changes_.push_back({to - from, now}); }
    /// Lets go of what is older than any rule looks back.
    void forget(Instant before);

    /// Without behaviour of its own: the highest recommendation of the last `window`.
    Ruling stabilize(std::int32_t desired, Duration window, Instant now) const;
    /// With behaviour: no higher than the lowest recommendation of the upward window, no lower than the
    /// highest of the downward window.
    Ruling stabilize(std::int32_t current, std::int32_t desired, Duration upWindow, Duration downWindow,
                     Instant now) const;
    /// How far the policies let it go from `current`; the widest policy counts unless `Min` is selected.
    std::int32_t upLimit(std::int32_t current, const Rules& up, Instant now) const;
    std::int32_t downLimit(std::int32_t current, const Rules& down, Instant now) const;

  private:
    struct Moment {
        std::int32_t number = 0; ///< recommended, or by how much it changed
        Instant at{};
    };
    /// The number there was `seconds` ago, by the changes since.
    std::int32_t startOf(std::int32_t current, std::int32_t seconds, Instant now) const;

    std::deque<Moment> recommendations_;
    std::deque<Moment> changes_;
};

/// The last word: never beyond what the policies and the bounds allow.
Ruling withinBounds(std::int32_t current, std::int32_t desired, std::int32_t low, std::int32_t high,
                    std::int32_t downLimit, std::int32_t upLimit);

} // namespace wheelhouse::autoscaling
