#pragma once

#include "remote/http_client.h"

#include <functional>

namespace wheelhouse::client::remote {

/// Asks for everything the server serves: aggregated discovery, or one request for each group and version
/// where the server has none. `done` runs once on a thread of the client's io context.
void discover(std::shared_ptr<HttpClient> client,
              std::function<void(Result<std::vector<ResourceInfo>>)> done);

} // namespace wheelhouse::client::remote
