#include "engine/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace wheelhouse {

void invariantBroken(const char* expression, const char* why, std::source_location where) {
    std::fprintf(stderr, "%s:%u: invariant broken: %s (%s)\n", where.file_name(), where.line(), expression,
                 why);
    std::abort();
}

} // namespace wheelhouse
