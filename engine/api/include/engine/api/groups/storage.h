#pragma once

#include "storage_v1.pb.h"

namespace wheelhouse::api {

namespace storage = ::k8s::io::api::storage::v1;

} // namespace wheelhouse::api
