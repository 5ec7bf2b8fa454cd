#pragma once

#include "vmnodes/network/network_objects.h"
#include "vmnodes/network/service_rules.h"

#include <map>
#include <string>

namespace wheelhouse::network {

/// What a node says of a service to whoever balances load from outside and wants no detour.
struct HealthCheck {
    std::string nameSpace;
    std::string name;
    int local = 0; ///< ready endpoints on the node
    bool operator==(const HealthCheck&) const = default;
};

/// By the port of the node where it is asked: services with a healthCheckNodePort.
std::map<int, HealthCheck> healthChecks(const NetworkObjects& objects, const NodePlace& place);

/// The whole answer to an HTTP request, as kube-proxy gives it: 200 where there is an endpoint, 503 where
/// none is.
std::string healthAnswer(const HealthCheck& check);

} // namespace wheelhouse::network
