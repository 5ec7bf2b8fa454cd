#pragma once

#include "engine/base/status.h"
#include "link.pb.h"
#include "process.h"
#include "vmnodes/agent/cri_runtime.h"

#include <string>

namespace wheelhouse::agent {

/// The CNI configuration list for pods of `podCidr`: a bridge with host-local addresses.
std::string cniConfiguration(const std::string& podCidr, int mtu);
/// The nftables script that lets pods reach the world under the node's own address.
std::string masqueradeScript(const std::string& podCidr, const std::string& egressInterface);

/// Writes the CNI configuration, the routes to pods elsewhere and the masquerading of this node. Idempotent;
/// blocks on small programs; for a worker thread. The only place of the agent that touches the node's
/// network.
class NodeNetwork {
  public:
    NodeNetwork(CriOptions options, Processes& processes)
        : options_(std::move(options)), processes_(processes) {}
    Result<void> apply(const nodelink::Network& network);

  private:
    Result<void> applyRoutes(const nodelink::Network& network);
    /// The bridge of the pods, before the first pod, so that it can be set up for host ports on loopback.
    Result<void> makeBridge();

    CriOptions options_;
    Processes& processes_;
    bool bridge_ = false;
};

} // namespace wheelhouse::agent
