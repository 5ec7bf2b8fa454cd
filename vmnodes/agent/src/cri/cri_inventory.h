#pragma once

#include "cri_client.h"
#include "vmnodes/agent/runtime.h"

#include <map>
#include <string>
#include <vector>

namespace wheelhouse::agent {

// Questions to a container runtime about all it has. Answers come as those of CriClient.

/// Sandboxes and containers, each as it is now.
void askInventory(CriClient& client, Done<Inventory> done);
void askContainer(CriClient& client, const std::string& id, Done<ContainerInfo> done);
/// The number of a running container's first process, as the node counts.
void askProcess(CriClient& client, const std::string& id, Done<std::int64_t> done);
/// `info` with its address and whether it is ready.
void askAddress(CriClient& client, SandboxInfo info, Done<SandboxInfo> done);
void askImages(CriClient& client, Done<std::vector<ImageInfo>> done);
/// Bytes that containers have written into their own file systems, by pod.
using WrittenByPod = std::map<Uid, PodShare>;
void askWritten(CriClient& client, Done<WrittenByPod> done);

} // namespace wheelhouse::agent
