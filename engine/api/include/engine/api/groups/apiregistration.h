#pragma once

#include "apiregistration_v1.pb.h"

namespace wheelhouse::api {

namespace apiregistration = ::k8s::io::kube_aggregator::pkg::apis::apiregistration::v1;

} // namespace wheelhouse::api
