#pragma once

#include "scheduling_v1.pb.h"

namespace wheelhouse::api {

namespace scheduling = ::k8s::io::api::scheduling::v1;

} // namespace wheelhouse::api
