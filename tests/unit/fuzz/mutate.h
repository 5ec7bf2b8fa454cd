#pragma once

#include "engine/base/random.h"

#include <string>
#include <vector>

namespace wheelhouse::test {

/// Makes bad input out of good: bits flipped, bytes cut, doubled, moved and taken from other inputs, numbers
/// at their limits, brackets in masses. At most `limit` bytes. The same random numbers give the same bytes.
class Mutator {
  public:
    Mutator(std::vector<std::string> corpus, Random& random, std::size_t limit = 64 * 1024)
        : corpus_(std::move(corpus)), random_(random), limit_(limit) {}
    std::string next();

  private:
    void change(std::string& text);
    std::size_t place(const std::string& text) { return random_.below(text.size() + 1); }

    const std::vector<std::string> corpus_;
    Random& random_;
    const std::size_t limit_;
};

} // namespace wheelhouse::test
