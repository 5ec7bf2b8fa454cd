#pragma once

#include "core.h"
#include "engine/apiserver/handler.h"

namespace wheelhouse::apiserver {

/// Takes a request through its three parts (see ApiServer). Any thread.
std::shared_ptr<Running> startCall(const std::shared_ptr<Core>& core, Request request,
                                   std::shared_ptr<Exchange> exchange);

/// Headers every answer has.
void addCommonHeaders(Headers& headers, const std::string& auditId);
/// A refusal as an answer.
Response errorResponse(const Status& status, const Format& format, const std::string& auditId);

} // namespace wheelhouse::apiserver
