#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace wheelhouse::scheduler {

// What is done to every node of a column, compiled on its own for the widest registers.

/// totals += weight × scores, slot by slot; both are of one length.
void addWeighted(std::span<const std::uint8_t> scores, std::int32_t weight, std::span<std::int32_t> totals);

/// Makes the total of every node with a verdict -1.
void strikeRefused(std::span<const std::uint32_t> verdicts, std::span<std::int32_t> totals);

/// The highest value, and how many have it; -1 and 0 when there is none at or above zero.
struct Top {
    std::int32_t value = -1;
    std::size_t count = 0;
};
Top topOf(std::span<const std::int32_t> totals);

/// The place of the `index`-th that has `value`; there must be more than `index`.
std::size_t placeOf(std::span<const std::int32_t> totals, std::int32_t value, std::size_t index);

} // namespace wheelhouse::scheduler
