#pragma once

#include "engine/api/catalogue.h"
#include "engine/apiserver/api_server.h"
#include "engine/apiserver/handler.h"
#include "path.h"
#include "sourced_groups.h"

#include <string>
#include <vector>

namespace wheelhouse::apiserver {

// What the server says about itself. Pure: made from the catalogue, and from what sources say of their
// groups.

/// "create", "delete", … in alphabetical order.
std::vector<std::string> verbsOf(const api::Kind& kind);

/// Answers /api, /apis, a group, a version's resources, /version, /. With ETag: a client that has the
/// document already gets 304.
Response answerDiscovery(const api::Catalogue& catalogue, const std::vector<SourcedGroups::Group>& sourced,
                         const RequestInfo& info, const Request& request, const Options& options);

} // namespace wheelhouse::apiserver
