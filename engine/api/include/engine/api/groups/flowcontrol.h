#pragma once

#include "flowcontrol_v1.pb.h"

namespace wheelhouse::api {

namespace flowcontrol = ::k8s::io::api::flowcontrol::v1;

} // namespace wheelhouse::api
