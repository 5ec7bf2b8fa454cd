#pragma once

#include "resource_v1.pb.h"

namespace wheelhouse::api {

namespace devices = ::k8s::io::api::resource::v1; ///< resource.k8s.io

} // namespace wheelhouse::api
