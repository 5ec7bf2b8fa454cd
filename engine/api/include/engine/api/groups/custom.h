#pragma once

#include "custom_object.pb.h"

namespace wheelhouse::api {

using CustomObject = ::dev::wheelhouse::custom::CustomObject;
using CustomObjectList = ::dev::wheelhouse::custom::CustomObjectList;

} // namespace wheelhouse::api
