#pragma once

#include "lab_link_v1alpha1.pb.h"

namespace wheelhouse::api {

namespace lab = ::dev::wheelhouse::lab::v1alpha1;

} // namespace wheelhouse::api
