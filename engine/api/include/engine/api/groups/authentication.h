#pragma once

#include "authentication_v1.pb.h"

namespace wheelhouse::api {

namespace authentication = ::k8s::io::api::authentication::v1;

} // namespace wheelhouse::api
