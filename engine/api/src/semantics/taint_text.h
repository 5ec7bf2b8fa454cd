#pragma once

#include "semantics/problems.h"

#include <string>

namespace wheelhouse::api::semantics {

/// "key", "key=value" and so on, ":Effect": how Machines and NodePools write the taints of their nodes.
void validateTaintText(const std::string& text, const Path& path, Problems& problems);

} // namespace wheelhouse::api::semantics
