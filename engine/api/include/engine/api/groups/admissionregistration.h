#pragma once

#include "admissionregistration_v1.pb.h"

namespace wheelhouse::api {

namespace admissionregistration = ::k8s::io::api::admissionregistration::v1;

} // namespace wheelhouse::api
