#pragma once

#include "engine/base/clock.h"
#include "engine/base/random.h"
#include "engine/machines/link_fabric.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace wheelhouse::fabric {

/// One direction between two machines: decides when a frame arrives, or that it is lost.
class Direction {
  public:
    static constexpr Duration longestQueue = std::chrono::milliseconds(200);

    void setFault(const machines::LinkFault& fault) {
        fault_ = fault;
        free_ = {};
        latest_ = {};
    }
    bool perfect() const { return fault_ == machines::LinkFault{}; }

    /// When a frame sent at `now` arrives; nothing when it is lost. Never before a frame sent earlier.
    std::optional<Instant> arrival(Instant now, std::size_t bytes, Random& random) {
        if (fault_.cut || (fault_.loss > 0 && random.fraction() < fault_.loss)) return std::nullopt;
        Instant due = now;
        if (fault_.bitsPerSecond > 0) {
            const Instant start = std::max(now, free_);
            if (start - now > longestQueue) return std::nullopt;
            const auto bits = static_cast<double>(bytes) * 8;
            free_ =
                start +
                Duration(static_cast<std::int64_t>(bits * 1e9 / static_cast<double>(fault_.bitsPerSecond)));
            due = free_;
        }
        due += fault_.delay;
        if (fault_.jitter > Duration::zero())
            due += Duration(
                static_cast<std::int64_t>(random.fraction() * static_cast<double>(fault_.jitter.count())));
        latest_ = std::max(latest_, due);
        return latest_;
    }

    void count(std::size_t bytes) {
        ++frames;
        this->bytes += bytes;
    }

    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
    std::uint64_t dropped = 0;

  private:
    machines::LinkFault fault_;
    Instant free_{};   // when the line has sent what it was given
    Instant latest_{}; // the last arrival given out
};

} // namespace wheelhouse::fabric
