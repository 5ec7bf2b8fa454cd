#pragma once

#include "engine/api/types.h"
#include "engine/base/status.h"

#include <string>

namespace wheelhouse::apiserver {

/// The container of a pod that a log or a command is about: `wanted`, which must be one of the pod's, or the
/// only one there is. BadRequest otherwise, naming the choices.
Result<std::string> chooseContainer(const api::core::Pod& pod, const std::string& wanted);

/// The status of a container of any sort; null when the node has not told of it yet.
const api::core::ContainerStatus* containerStatusOf(const api::core::Pod& pod, const std::string& container);

} // namespace wheelhouse::apiserver
