#pragma once

#include "core.h"
#include "engine/apiserver/handler.h"
#include "path.h"
#include "streams.h"

#include <memory>
#include <string>

namespace wheelhouse::apiserver {

/// Passes a request on to a pod, a pod of a service, or a node's agent, and the answer back. Redirects are
/// passed on too, never followed. Refuses before anything has been answered, or tells the exchange itself.
/// Null: it has answered already, and nothing began. Else `ended` is called once, last, never inside this
/// call. Control executor.
Result<std::shared_ptr<StreamSession>> proxyRequest(const std::shared_ptr<Core>& core,
                                                    const RequestInfo& info, Request request,
                                                    const std::string& auditId,
                                                    const std::shared_ptr<Exchange>& exchange, Task ended);

} // namespace wheelhouse::apiserver
