#pragma once

#include "engine/api/kind.h"

#include <vector>

namespace wheelhouse::api {

/// The rows of every built-in kind, in discovery order: what the messages cannot say.
std::vector<Kind> makeRows();

} // namespace wheelhouse::api
