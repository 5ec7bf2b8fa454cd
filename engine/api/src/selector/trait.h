#pragma once

#include "engine/api/traits.h"

namespace wheelhouse::api {

inline std::uint64_t traitHash(std::string_view name, std::string_view value) {
    std::uint64_t hash = 1469598103934665603ULL;
    const auto mix = [&](std::string_view text) {
        for (const char c : text)
            hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
        hash = (hash ^ 0xffU) * 1099511628211ULL; // so that "a"+"bc" is not "ab"+"c"
    };
    mix(name);
    mix(value);
    return hash ^ hash >> 29;
}

/// `count` bits for a name and its value, from `lowest` up; the highest bit is never among them.
inline Traits traitOf(std::string_view name, std::string_view value, int count = 3, unsigned lowest = 0) {
    std::uint64_t hash = traitHash(name, value);
    const unsigned places = 63 - lowest;
    Traits traits = 0;
    for (int i = 0; i < count; ++i) {
        traits |= Traits{1} << (lowest + hash % places);
        hash = hash / places * 0x9E3779B97F4A7C15ULL;
    }
    return traits;
}

} // namespace wheelhouse::api
