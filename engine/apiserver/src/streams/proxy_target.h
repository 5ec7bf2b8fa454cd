#pragma once

#include "core.h"
#include "engine/base/ids.h"
#include "engine/nodelink/pod_streams.h"

#include <string>

namespace wheelhouse::apiserver {

/// What a proxied request goes to: always through the link of a node, never to an address an object names, so
/// nobody can point a proxy at the control plane's own network.
struct ProxyTarget {
    NodeName node;
    nodelink::PortRequest port;
    std::string host; ///< for the Host header
    bool tls = false; ///< the port speaks HTTPS
};

/// `id` is "name", "name:port" or "scheme:name:port", as Kubernetes has it in the path of a proxy. Control
/// executor. Errors as Kubernetes words them.
Result<ProxyTarget> podProxyTarget(Core& core, const std::string& nameSpace, const std::string& id);
Result<ProxyTarget> serviceProxyTarget(Core& core, const std::string& nameSpace, const std::string& id);
Result<ProxyTarget> nodeProxyTarget(Core& core, const std::string& id);

} // namespace wheelhouse::apiserver
