#pragma once

#include "engine/api/types.h"

#include <memory>

namespace wheelhouse::api {

/// autoscaling/v1 as v2: the CPU target becomes a metric; what else v2 knows stands in annotations, as JSON.
std::unique_ptr<google::protobuf::Message> toNewAutoscaler(const autoscaling::HorizontalPodAutoscaler& from);
/// v2 (its message) as v1: what v1 has no fields for goes into annotations.
std::unique_ptr<google::protobuf::Message> toOldAutoscaler(const google::protobuf::Message& from);

} // namespace wheelhouse::api
