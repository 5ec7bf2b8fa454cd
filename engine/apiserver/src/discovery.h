#pragma once

#include "engine/api/kind.h"
#include "engine/apiserver/api_server.h"
#include "engine/apiserver/handler.h"
#include "path.h"

#include <string>
#include <vector>

namespace wheelhouse::apiserver {

// What the server says about itself. Pure: made from the registry alone.

/// "create", "delete", … in alphabetical order.
std::vector<std::string> verbsOf(const api::Kind& kind);

/// Answers /api, /apis, a group, a version's resources, /openapi/v3 and its documents, /version, /. With
/// ETag: a client that has the document already gets 304.
Response answerDiscovery(const RequestInfo& info, const Request& request, const Options& options);

} // namespace wheelhouse::apiserver
