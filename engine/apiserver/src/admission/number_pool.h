#pragma once

#include "engine/base/random.h"

#include <optional>
#include <vector>

namespace wheelhouse::apiserver {

/// Numbers [0, size) that are free or taken; new ones are drawn at random, so that a name freed is not soon
/// reused.
class NumberPool {
  public:
    explicit NumberPool(std::size_t size) : taken_(size, false) {}
    bool take(std::size_t number) {
        if (number >= taken_.size() || taken_[number]) return false;
        ++used_;
        return taken_[number] = true;
    }
    void release(std::size_t number) {
        if (number >= taken_.size() || !taken_[number]) return;
        --used_;
        taken_[number] = false;
    }
    std::optional<std::size_t> draw(Random& random) {
        if (used_ == taken_.size()) return std::nullopt;
        std::size_t number = random.below(taken_.size());
        while (taken_[number])
            number = (number + 1) % taken_.size();
        take(number);
        return number;
    }
    std::size_t used() const { return used_; }

  private:
    std::vector<bool> taken_;
    std::size_t used_ = 0;
};

} // namespace wheelhouse::apiserver
