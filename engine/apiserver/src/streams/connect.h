#pragma once

#include "core.h"
#include "engine/apiserver/handler.h"
#include "path.h"
#include "streams.h"
#include "streams/upgrade.h"

#include <memory>
#include <string>

namespace wheelhouse::apiserver {

/// A request for a two-way stream with a pod: exec, attach or portforward.
struct ConnectRequest {
    std::string subresource;
    std::string nameSpace;
    std::string pod;
    Query query;
    UpgradeRequest upgrade;
    std::string user;
    std::string auditId;
};

/// Opens it, or says why not before anything has been answered. What cannot be known before the connection
/// has switched is told over it. Null: it has answered already, and nothing began. Else `ended` is called
/// once, last, never inside this call. Control executor.
Result<std::shared_ptr<StreamSession>> connectPod(const std::shared_ptr<Core>& core,
                                                  const ConnectRequest& request,
                                                  const std::shared_ptr<Exchange>& exchange, Task ended);

/// Whether a subresource is such a stream.
bool isPodStream(std::string_view subresource);

/// How a command ended, as the object a client is sent.
api::meta::Status exitStatus(const Result<int>& result, const std::vector<std::string>& command);

// What `connectPod` chooses between. Each answers the exchange itself when the client's protocols do not fit.

struct ExecPlan {
    std::function<std::unique_ptr<nodelink::PodDuplex>(const nodelink::ExecRequest&, nodelink::DuplexEvents)>
        open;
    nodelink::ExecRequest request;
    std::shared_ptr<void> place; ///< held as long as the session
};
std::shared_ptr<StreamSession> startExec(Executor& control, ExecPlan plan, const ConnectRequest& request,
                                         const std::shared_ptr<Exchange>& exchange, Task ended);

struct PortPlan {
    std::function<std::unique_ptr<nodelink::PodDuplex>(std::uint16_t port, nodelink::DuplexEvents)> open;
    std::string pod;
    Uid podUid;
    std::vector<std::uint16_t> ports; ///< of a client that names them in its query
    std::shared_ptr<void> place;
};
/// Over SPDY, raw or in a WebSocket: the client opens a pair of streams for each connection.
std::shared_ptr<StreamSession> startPortForward(Executor& control, PortPlan plan,
                                                const ConnectRequest& request,
                                                const std::shared_ptr<Exchange>& exchange, Task ended);
/// Over the channels of a WebSocket: one connection to each port of the query.
std::shared_ptr<StreamSession> startPortChannels(Executor& control, PortPlan plan,
                                                 const ConnectRequest& request,
                                                 const std::shared_ptr<Exchange>& exchange, Task ended);

} // namespace wheelhouse::apiserver
