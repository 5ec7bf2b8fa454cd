#pragma once

#include "engine/base/clock.h"
#include "engine/base/ids.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <unordered_map>

namespace wheelhouse::controllers {

/// How soon to look again at what has many pods. A look takes the longer the more pods there are to look at,
/// so what happens to many of them at about the same time is looked at together: about a hundred times as
/// long as a look takes is waited for the next, a second at most. What has few pods is never waited for.
class LookPace {
  public:
    /// At each look: how many pods it had to look at.
    void note(const Uid& whose, std::size_t pods) {
        if (pods >= many)
            sizes_[whose] = pods;
        else
            sizes_.erase(whose);
    }
    void forget(const Uid& whose) { sizes_.erase(whose); }
    Duration patience(const Uid& whose) const {
        const auto size = sizes_.find(whose);
        if (size == sizes_.end()) return Duration::zero();
        return std::min<Duration>(aPod * static_cast<std::int64_t>(size->second), longest);
    }

  private:
    static constexpr std::size_t many = 100;
    static constexpr Duration aPod = std::chrono::microseconds(100);
    static constexpr Duration longest = std::chrono::seconds(1);

    std::unordered_map<Uid, std::size_t> sizes_; ///< at the last look, of those with many
};

} // namespace wheelhouse::controllers
