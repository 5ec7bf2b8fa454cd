#pragma once

#include "engine/api/kind.h"
#include "engine/apiserver/handler.h"

#include <string>
#include <vector>

namespace wheelhouse::apiserver {

/// What whoever uses this kind is told because it is deprecated; empty for others.
std::string deprecationOf(const api::Kind& kind);

/// One Warning header for each text; shortened where they are too much together, as Kubernetes does. Pure.
void addWarnings(Headers& headers, const std::vector<std::string>& warnings);

} // namespace wheelhouse::apiserver
