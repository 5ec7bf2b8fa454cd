#pragma once

#include "core.h"
#include "engine/api/types.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"

#include <memory>
#include <string>

namespace wheelhouse::apiserver {

/// The container of a pod that a log or a command is about: `wanted`, which must be one of the pod's, or the
/// only one there is. BadRequest otherwise, naming the choices.
Result<std::string> chooseContainer(const api::core::Pod& pod, const std::string& wanted);

/// The node a pod's streams go through. BadRequest before it has one, ServiceUnavailable where this server
/// has no link to nodes. Control executor.
Result<NodeName> streamNode(const Core& core, const api::core::Pod& pod);

/// A place for one more stream of a user, held as long as the stream; TooManyRequests when there is none.
/// Control executor.
Result<std::shared_ptr<void>> streamPlace(Core& core, const std::string& user);

/// The status of a container of any sort; null when the node has not told of it yet.
const api::core::ContainerStatus* containerStatusOf(const api::core::Pod& pod, const std::string& container);

} // namespace wheelhouse::apiserver
