#pragma once

#include "engine/base/status.h"

#include <cstdint>
#include <string_view>

namespace wheelhouse::api::semantics {

/// How many indexes a text such as "1,3-5" names. An error when it is malformed, not increasing, or names an
/// index that is not below `completions`.
Result<std::int64_t> countIndexes(std::string_view text, std::int32_t completions);

} // namespace wheelhouse::api::semantics
