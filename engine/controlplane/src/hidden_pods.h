#pragma once

#include "engine/api/groups/decisions.h"
#include "engine/apiserver/object_source.h"

#include <string>

namespace wheelhouse::controlplane {

/// Leaves of the pods an attempt names, as "namespace/name", those of `own` (the namespace of the pod it is
/// about) and of namespaces whose pods the reader may list; of the others only their number is said.
void hidePods(api::lab::SchedulingAttempt& attempt, const std::string& own, const apiserver::Reader& reader);

} // namespace wheelhouse::controlplane
