#pragma once

#include "engine/api/custom_resource.h"
#include "engine/api/kind.h"
#include "engine/base/status.h"

#include <google/protobuf/message.h>

namespace wheelhouse::api {

/// What the scale subresource of an object of this kind says: how many replicas are wanted and there, and the
/// selector of its pods in the query form (empty where there is none). Numbers are 0 for kinds without any.
Result<custom::ScaleNumbers> scaleNumbersOf(const Kind& kind, const google::protobuf::Message& object);

} // namespace wheelhouse::api
