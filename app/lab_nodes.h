#pragma once

#include "engine/client/cluster.h"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace wheelhouse::app {

/// Sees to it that a lab has at least `wanted` machines of each provider ("vm" → 2) by creating Machine
/// objects with free names (vm-1, vm-2, …), zones in turn. With `wanted` empty a lab that has no machine at
/// all gets `ifNone`; one that has some is left alone. Never deletes. On the cluster's executor; `done` comes
/// once.
void ensureMachines(client::Cluster& cluster, std::map<std::string, int> wanted,
                    std::map<std::string, int> ifNone, std::function<void(Result<void>)> done);

} // namespace wheelhouse::app
