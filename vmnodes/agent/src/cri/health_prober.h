#pragma once

#include "vmnodes/agent/runtime.h"

#include <functional>

namespace wheelhouse::agent {

/// Asks a gRPC server in the clear for its health; SERVING is a good answer. Returns at once; `done` is
/// called once, on a thread of gRPC's.
void askHealth(const ProbeTarget& target, Duration timeout, std::function<void(ProbeAnswer)> done);

} // namespace wheelhouse::agent
