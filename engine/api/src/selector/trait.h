#pragma once

#include "engine/api/traits.h"

namespace wheelhouse::api {

/// Three bits for a name and its value; the highest bit is never among them.
inline Traits traitOf(std::string_view name, std::string_view value) {
    std::uint64_t hash = 1469598103934665603ULL;
    const auto mix = [&](std::string_view text) {
        for (const char c : text)
            hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
        hash = (hash ^ 0xffU) * 1099511628211ULL; // so that "a"+"bc" is not "ab"+"c"
    };
    mix(name);
    mix(value);
    hash ^= hash >> 29;
    Traits traits = 0;
    for (int i = 0; i < 3; ++i) {
        traits |= Traits{1} << (hash % 63);
        hash = hash / 63 * 0x9E3779B97F4A7C15ULL;
    }
    return traits;
}

} // namespace wheelhouse::api
