#pragma once

#include "vmnodes/network/network_objects.h"
#include "vmnodes/network/nft_table.h"

#include <set>
#include <string>
#include <vector>

namespace wheelhouse::network {

/// Whose rules are made, and what is special about the node.
struct NodePlace {
    std::string node;
    std::string zone;          ///< topology.kubernetes.io/zone; empty = not known
    std::string podCidr;       ///< of the family the rules are for
    std::string family = "ip"; ///< "ip" or "ip6"
    std::set<std::string>
        ownAddress; ///< cluster IPs the node answers itself (its name server), of the family
};

/// An address and port behind a port of a service.
struct Backend {
    std::string address;
    int port = 0;
    bool operator==(const Backend&) const = default;
    auto operator<=>(const Backend&) const = default;
};

/// Who answers for one port of a service on a node, by kube-proxy's rules: ready endpoints, near ones where
/// all carry hints; while none is ready, those that still serve although they end.
struct Backends {
    std::vector<Backend> cluster; ///< from anywhere
    std::vector<Backend> local;   ///< on this node
    bool any = false;             ///< some endpoint somewhere answers
};
Backends backendsOf(const NetworkObjects& objects, const api::core::Service& service,
                    const api::core::ServicePort& port, const NodePlace& place);

/// The table that does Services on one node: cluster IPs, node ports, external and load balancer addresses,
/// session affinity, traffic policies, and host ports. A pure function; headless services and ExternalNames
/// leave no trace. A chain's name says which service, port or endpoint it is for.
NftTable serviceRules(const NetworkObjects& objects, const NodePlace& place);

} // namespace wheelhouse::network
