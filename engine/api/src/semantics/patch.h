#pragma once

#include "engine/base/status.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <google/protobuf/descriptor.h>
#include <string>

namespace wheelhouse::api::semantics {

namespace json = boost::json;

/// RFC 6902. All or nothing: `document` is left half-changed on failure, callers work on a copy.
Result<void> applyJsonPatch(json::value& document, const json::value& patch);
/// RFC 7386.
void applyMergePatch(json::value& document, const json::value& patch);
/// Kubernetes' strategic merge: lists with a merge key are merged by it, as the schema of `type` says;
/// directives $patch, $retainKeys, $setElementOrder/… and $deleteFromPrimitiveList/… are obeyed. `type` null
/// = nothing known.
Result<json::object> applyStrategicPatch(json::object original, json::object patch,
                                         const google::protobuf::Descriptor* type);

} // namespace wheelhouse::api::semantics
