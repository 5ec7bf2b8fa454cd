#pragma once

#include "vmnodes/agent/runtime.h"

namespace wheelhouse::agent {

/// Asks over HTTP (any 2xx or 3xx answer is good) or by opening a TCP connection. Blocks at most `timeout`;
/// for a worker thread. HTTPS is answered with a failure that says so: it is not supported yet.
ProbeAnswer askNetwork(const ProbeTarget& target, Duration timeout);

} // namespace wheelhouse::agent
