#pragma once

#include "core.h"

#include <functional>

namespace wheelhouse::apiserver {

/// The answer to /metrics, in Prometheus' text format: requests, the store, and whatever else was added to
/// the server. Looks at the store at once (control executor); the answer is made by whoever calls what it
/// returns, on any thread.
std::function<Response()> renderMetrics(const Core& core);

} // namespace wheelhouse::apiserver
