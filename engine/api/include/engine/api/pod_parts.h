#pragma once

#include "engine/api/types.h"
#include "engine/base/status.h"

#include <string_view>
#include <vector>

namespace wheelhouse::api {

// The parts of a running pod's spec that are written through a subresource of their own:
// "ephemeralcontainers" (containers added to look at it) and "resize" (what its containers may use). All pure
// and thread-safe.

bool isPodPart(std::string_view subresource);
/// Puts everything of `pod` back to what it is in `old`, but for that part and the record of managers.
/// Containers that were added, removed or renamed stay so, to be refused.
void keepToPart(std::string_view subresource, core::Pod& pod, const core::Pod& old);
/// What is wrong with the part's change, as Kubernetes lists it; empty = valid.
std::vector<Cause> validatePart(std::string_view subresource, const core::Pod& now, const core::Pod& old);

} // namespace wheelhouse::api
