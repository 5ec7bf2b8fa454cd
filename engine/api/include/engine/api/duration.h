#pragma once

#include "engine/base/clock.h"

#include <optional>
#include <string_view>

namespace wheelhouse::api {

/// A span of time as Go and so Kubernetes write it: numbers, each with its unit ("1h30m", "90s", "1.5ms"), or
/// "0"; a sign may stand before it. Nothing where it is none. Pure and thread-safe.
std::optional<Duration> parseDuration(std::string_view text);
/// The same as people write it in options and annotations, where a number alone is seconds ("90").
std::optional<Duration> parseSpan(std::string_view text);

} // namespace wheelhouse::api
