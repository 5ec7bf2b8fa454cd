#pragma once

#include "apiextensions_v1.pb.h"

namespace wheelhouse::api {

namespace apiextensions = ::k8s::io::apiextensions_apiserver::pkg::apis::apiextensions::v1;

} // namespace wheelhouse::api
