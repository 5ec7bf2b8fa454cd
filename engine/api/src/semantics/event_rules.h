#pragma once

#include "engine/api/types.h"
#include "semantics/problems.h"

namespace wheelhouse::api::semantics {

// What events.k8s.io/v1 asks of events beyond what v1 does. Pure.

void validateStrictly(const core::Event& event, Problems& problems);
void validateChangeStrictly(const core::Event& event, const core::Event& old, Problems& problems);

} // namespace wheelhouse::api::semantics
