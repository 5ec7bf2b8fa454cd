#pragma once

#include "engine/api/types.h"

#include <string>

namespace wheelhouse::api {

/// A taint as pools, machines and command lines write it: "key=value:Effect" or "key:Effect". Where the
/// effect is left out it is NoSchedule. Pure and thread-safe.
core::Taint taintOfText(const std::string& text);

} // namespace wheelhouse::api
