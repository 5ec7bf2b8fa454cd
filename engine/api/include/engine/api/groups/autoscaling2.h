#pragma once

#include "autoscaling_v2.pb.h"

namespace wheelhouse::api {

namespace autoscaling2 = ::k8s::io::api::autoscaling::v2; ///< autoscaling/v2

} // namespace wheelhouse::api
