#pragma once

#include "batch_v1.pb.h"

namespace wheelhouse::api {

namespace batch = ::k8s::io::api::batch::v1;

} // namespace wheelhouse::api
