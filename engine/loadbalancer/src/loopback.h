#pragma once

#include "engine/api/types.h"

#include <string>

namespace wheelhouse::loadbalancer {

/// Whether it is an address of 127.0.0.0/8.
bool isLoopback(const std::string& address);
/// The loopback address that belongs to a cluster IP: its last three bytes in 127/8; 127.96.0.1 where it is
/// none of IPv4.
std::string loopbackFor(const std::string& clusterIp);
/// Another one, in an order that leads through all second bytes.
std::string nextLoopback(const std::string& address);
/// Whether a service's loadBalancerSourceRanges let this client in; everybody, when it has none.
bool letsIn(const api::core::ServiceSpec& spec, const std::string& client);

} // namespace wheelhouse::loadbalancer
