#include "engine/base/random.h"

#include <fmt/format.h>

namespace wheelhouse {

std::string makeUuid(Random& random) {
    const std::uint64_t high = (random.next() & ~0xF000ULL) | 0x4000ULL;
    const std::uint64_t low = (random.next() & ~(3ULL << 62)) | (2ULL << 62);
    return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                       high & 0xFFFF, low >> 48, low & 0xFFFF'FFFF'FFFFULL);
}

std::string randomSuffix(Random& random, int length) {
    static constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
    std::string out;
    for (int i = 0; i < length; ++i)
        out += alphabet[random.below(alphabet.size())];
    return out;
}

} // namespace wheelhouse
