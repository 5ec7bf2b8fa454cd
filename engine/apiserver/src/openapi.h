#pragma once

#include "engine/api/catalogue.h"
#include "engine/apiserver/handler.h"
#include "path.h"

namespace wheelhouse::apiserver {

/// Answers /openapi/v3, its documents, and /openapi/v2 as JSON or protobuf. With ETag: a client that has the
/// document already gets 304. Pure, but some answers take a while: not for the control executor.
Response answerOpenApi(const api::Catalogue& catalogue, const RequestInfo& info, const Request& request);

} // namespace wheelhouse::apiserver
