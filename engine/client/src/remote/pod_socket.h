#pragma once

#include "engine/client/pod_sessions.h"
#include "remote/http_client.h"
#include "remote/outlet.h"

namespace wheelhouse::client::remote {

// Two-way streams with pods over the channels of a WebSocket. Call on the outlet's executor.

/// `remotecommand`: v5.channel.k8s.io, or v4 where a server knows no better.
std::unique_ptr<PodSession> execOverSocket(HttpClient& client, const std::shared_ptr<Outlet>& outlet,
                                           const std::string& nameSpace, const std::string& pod,
                                           const ExecOptions& options, PodSink sink);
/// Port forwarding with the port in the query; it knows no half-closed connections.
std::unique_ptr<PodSession> portOverSocket(HttpClient& client, const std::shared_ptr<Outlet>& outlet,
                                           const std::string& nameSpace, const std::string& pod,
                                           std::uint16_t port, PodSink sink);

} // namespace wheelhouse::client::remote
