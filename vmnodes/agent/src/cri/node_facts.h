#pragma once

#include "engine/api/types.h"
#include "vmnodes/agent/cri_runtime.h"

#include <string>

namespace wheelhouse::agent {

/// What the kernel says of this node: capacity, allocatable, node info, addresses, pressure conditions. Reads
/// a few files.
api::core::NodeStatus nodeFacts(const CriOptions& options);
/// The Ready condition; empty message = ready.
void setReady(api::core::NodeStatus& status, const std::string& notReadyMessage);

} // namespace wheelhouse::agent
