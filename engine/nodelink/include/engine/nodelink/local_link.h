#pragma once

#include "engine/nodelink/agent_channel.h"
#include "engine/nodelink/node_hub.h"

#include <memory>

namespace wheelhouse::nodelink {

/// A link within this process, for simulated nodes: messages hop between `agent` and the hub's executor in
/// order, without being serialised. Reconnects after a second when the hub ends it. Destroy it on `agent`;
/// the hub hears of it at once.
std::unique_ptr<AgentChannel> connectLocal(NodeName node, HubPort hub, Executor& agent);

} // namespace wheelhouse::nodelink
