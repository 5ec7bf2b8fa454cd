#pragma once

#include "custom/findings.h"
#include "json/value.h"

#include <string>

namespace wheelhouse::api::custom {

/// Everything wrong with a schema given in a CustomResourceDefinition (its JSON form): what OpenAPI says that
/// Kubernetes does not take, what is not structural, and defaults that do not fit. `path` is that of the
/// schema.
void validateSchema(const JsonValue& schema, bool statusSubresource, const std::string& path,
                    Findings& problems);

} // namespace wheelhouse::api::custom
