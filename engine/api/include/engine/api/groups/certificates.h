#pragma once

#include "certificates_v1.pb.h"

namespace wheelhouse::api {

namespace certificates = ::k8s::io::api::certificates::v1;

} // namespace wheelhouse::api
