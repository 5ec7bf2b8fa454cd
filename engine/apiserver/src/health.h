#pragma once

#include "core.h"
#include "path.h"

namespace wheelhouse::apiserver {

/// /healthz, /livez, /readyz and their single checks. Control executor.
Response answerHealth(const Core& core, const RequestInfo& info);

} // namespace wheelhouse::apiserver
