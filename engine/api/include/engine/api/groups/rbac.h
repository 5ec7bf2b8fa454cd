#pragma once

#include "rbac_v1.pb.h"

namespace wheelhouse::api {

namespace rbac = ::k8s::io::api::rbac::v1;

} // namespace wheelhouse::api
