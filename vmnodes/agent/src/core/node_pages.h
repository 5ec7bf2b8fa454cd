#pragma once

#include "engine/api/types.h"
#include "engine/base/executor.h"
#include "vmnodes/agent/pod_session.h"

#include <map>
#include <memory>
#include <string>

namespace wheelhouse::agent {

/// What the agent's own HTTP server shows, by path: /healthz, /pods (as the agent has them), /metrics.
struct NodePage {
    std::string type;
    std::string body;
};
using NodePages = std::map<std::string, NodePage, std::less<>>;
/// `figures` stand on the last one, beside those about pods.
NodePages nodePages(const api::core::PodList& pods, const std::string& figures);

/// One connection to that server: answers one request and closes. Reads no more than a request's head.
std::unique_ptr<PodSession> serveNodePages(Executor& executor, NodePages pages, SessionEvents events);

} // namespace wheelhouse::agent
