#pragma once

#include "metrics_v1beta1.pb.h"

namespace wheelhouse::api {

namespace metrics = ::k8s::io::metrics::pkg::apis::metrics::v1beta1;

} // namespace wheelhouse::api
