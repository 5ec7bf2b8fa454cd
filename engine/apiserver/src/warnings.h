#pragma once

#include "engine/apiserver/handler.h"

#include <string>
#include <vector>

namespace wheelhouse::apiserver {

/// One Warning header for each text; shortened where they are too much together, as Kubernetes does. Pure.
void addWarnings(Headers& headers, const std::vector<std::string>& warnings);

} // namespace wheelhouse::apiserver
