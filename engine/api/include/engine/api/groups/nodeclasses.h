#pragma once

#include "node_v1.pb.h"

namespace wheelhouse::api {

namespace nodeclasses = ::k8s::io::api::node::v1; ///< node.k8s.io

} // namespace wheelhouse::api
