#pragma once

#include "networking_v1.pb.h"

namespace wheelhouse::api {

namespace networking = ::k8s::io::api::networking::v1;

} // namespace wheelhouse::api
