#pragma once

#include "authorization_v1.pb.h"

namespace wheelhouse::api {

namespace authorization = ::k8s::io::api::authorization::v1;

} // namespace wheelhouse::api
