#pragma once

#include <source_location>

namespace wheelhouse {

/// Says where an invariant broke and aborts: a broken invariant is a bug, never a condition to handle.
[[noreturn]] void invariantBroken(const char* expression, const char* why, std::source_location where);

} // namespace wheelhouse

/// An invariant that stays checked in release builds. `why` says what would go wrong.
#define WH_ASSERT(expression, why)                                                                           \
    do {                                                                                                     \
        if (!(expression)) [[unlikely]]                                                                      \
            ::wheelhouse::invariantBroken(#expression, why, std::source_location::current());                \
    } while (false)
