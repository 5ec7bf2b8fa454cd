#pragma once

#include "engine/api/kind.h"
#include "engine/api/types.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"

#include <string>
#include <string_view>

namespace wheelhouse::apiserver {

// Refusals as Kubernetes words them (apimachinery pkg/api/errors). Clients match on reason and details;
// people and scripts on the text.

/// "pods", or "deployments.apps".
std::string qualifiedName(const api::Kind& kind);
Status notFound(const api::Kind& kind, std::string_view name);
Status alreadyExists(const api::Kind& kind, std::string_view name);
Status conflict(const api::Kind& kind, std::string_view name, std::string_view why);
/// The conflict of a stale resourceVersion.
Status staleObject(const api::Kind& kind, std::string_view name);
Status forbidden(const api::Kind& kind, std::string_view name, std::string_view why);
/// Nothing is served at this path.
Status noSuchResource();
Status methodNotAllowed();
Status unsupportedMediaType(std::string_view accepted);
Status notAcceptable(std::string_view accepted);
Status tooLargeResourceVersion(Revision wanted, Revision current);
/// An option of the query or the options body with a value that does not exist.
Status invalidOption(std::string_view optionsKind, Cause cause);

/// The object clients are sent.
api::meta::Status toMessage(const Status& status);
/// A Success about an object, e.g. the answer to a deletion that is complete.
api::meta::Status success(const api::Kind& kind, std::string_view name, std::string_view uid);

} // namespace wheelhouse::apiserver
