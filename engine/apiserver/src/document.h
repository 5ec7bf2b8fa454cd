#pragma once

#include "engine/apiserver/handler.h"
#include "engine/base/status.h"

#include <string>

namespace wheelhouse::apiserver {

/// A text as an answer. `cacheable`: with ETag, and 304 for a client that has it already.
Response document(std::string body, std::string contentType, const Request& request, bool cacheable);
/// A refusal of a document, as JSON.
Response refusal(const Status& status);

} // namespace wheelhouse::apiserver
