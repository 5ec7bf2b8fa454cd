#pragma once

#include "process.h"
#include "vmnodes/agent/cri_runtime.h"
#include "vmnodes/network/cluster_names.h"
#include "vmnodes/network/health_checks.h"
#include "vmnodes/network/nft_table.h"
#include "vmnodes/network/service_rules.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace wheelhouse::agent {

/// Keeps the kernel's tables of this node as the cluster's Services and NetworkPolicies want them. What it
/// told the kernel last it remembers, so a change costs what it changes; after a failure, or a restart of the
/// agent, the tables are made anew in one transaction, which no connection notices. Blocks on small programs;
/// for a worker thread.
class Traffic {
  public:
    Traffic(const CriOptions& options, Processes& processes);

    /// The node's own pods: without them there are no rules.
    Result<void> setPodCidr(const std::string& podCidr);
    /// The cluster's names, for the name server.
    Result<std::shared_ptr<const network::ClusterNames>>
    apply(std::shared_ptr<const network::NetworkObjects> objects);
    /// Of the objects applied last.
    std::map<int, network::HealthCheck> healthChecks() const;

  private:
    Result<void> tellKernel();
    /// The name server's address is the node's own.
    Result<void> makeDnsAddress();
    /// Packets of a connectionless protocol follow their first one for as long as they come: those whose
    /// backend is gone must choose anew.
    void forgetStaleFlows(const network::NftTable& before, const network::NftTable& now);

    const CriOptions& options_;
    Processes& processes_;
    network::NodePlace place_;
    std::shared_ptr<const network::NetworkObjects> objects_;
    std::optional<network::NftTable> services_; ///< as the kernel has them
    std::optional<network::NftTable> policies_;
    bool dnsAddress_ = false;
};

} // namespace wheelhouse::agent
