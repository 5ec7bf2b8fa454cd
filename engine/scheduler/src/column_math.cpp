#include "column_math.h"

#include <algorithm>

namespace wheelhouse::scheduler {

namespace {

constexpr std::size_t blockSize = 256;

std::size_t countOf(std::span<const std::int32_t> totals, std::int32_t value) {
    std::uint32_t out = 0;
    for (const std::int32_t total : totals)
        out += total == value ? 1 : 0;
    return out;
}

} // namespace

void addWeighted(std::span<const std::uint8_t> scores, std::int32_t weight, std::span<std::int32_t> totals) {
    const std::uint8_t* from = scores.data();
    std::int32_t* to = totals.data();
    const std::size_t size = totals.size();
    for (std::size_t i = 0; i < size; ++i)
        to[i] += weight * from[i];
}

void strikeRefused(std::span<const std::uint32_t> verdicts, std::span<std::int32_t> totals) {
    const std::uint32_t* verdict = verdicts.data();
    std::int32_t* total = totals.data();
    const std::size_t size = totals.size();
    for (std::size_t i = 0; i < size; ++i)
        total[i] = verdict[i] == 0 ? total[i] : -1;
}

Top topOf(std::span<const std::int32_t> totals) {
    std::int32_t top = -1;
    for (const std::int32_t total : totals)
        top = total > top ? total : top;
    return top < 0 ? Top{} : Top{top, countOf(totals, top)};
}

std::size_t placeOf(std::span<const std::int32_t> totals, std::int32_t value, std::size_t index) {
    std::size_t at = 0;
    for (; at + blockSize < totals.size(); at += blockSize) {
        const std::size_t here = countOf(totals.subspan(at, blockSize), value);
        if (here > index) break;
        index -= here;
    }
    for (; at < totals.size(); ++at) {
        if (totals[at] == value && index-- == 0) break;
    }
    return at;
}

} // namespace wheelhouse::scheduler
