#pragma once

#include "engine/api/groups/apiextensions.h"
#include "engine/base/clock.h"

#include <string>
#include <string_view>

namespace wheelhouse::apiserver {

/// Sets a condition of a definition; its transition time moves only with its status.
void setCondition(api::apiextensions::CustomResourceDefinition& definition, std::string_view type,
                  bool isTrue, std::string reason, std::string message, WallTime now);
bool isTrue(const api::apiextensions::CustomResourceDefinition& definition, std::string_view type);

} // namespace wheelhouse::apiserver
