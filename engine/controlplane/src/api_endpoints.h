#pragma once

#include "engine/client/cluster.h"

#include <cstdint>
#include <functional>
#include <string>

namespace wheelhouse::controlplane {

/// Where nodes of this machine reach the API: how QEMU's user network calls the host.
inline constexpr const char* apiAddressForNodes = "10.0.2.2";

/// Makes Endpoints and EndpointSlice of the service default/kubernetes say that the API is at
/// `address`:`port`, whatever they said before. `cluster` must outlive the answer. Errors are the API's.
void publishApiEndpoints(client::Cluster& cluster, const std::string& address, std::uint16_t port,
                         std::function<void(Result<void>)> done);

} // namespace wheelhouse::controlplane
