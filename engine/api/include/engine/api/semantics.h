#pragma once

#include "engine/api/object.h"
#include "engine/base/clock.h"
#include "engine/base/status.h"

#include <google/protobuf/message.h>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::api {

// What a kind means beyond its shape. All pure and thread-safe; all work on messages in place.

/// Fills absent fields as Kubernetes does for this kind: first the schema's `default` options, then the
/// kind's own rules (protocol TCP, imagePullPolicy by tag, strategy 25%/25%, port names, …). Idempotent.
void applyDefaults(google::protobuf::Message& object);

/// Everything wrong with a new object, as Kubernetes would list it: names, required fields, enums, ranges,
/// formats, cross-field rules. Empty = valid.
std::vector<Cause> validateCreate(const google::protobuf::Message& object);
/// Everything wrong with replacing `old` by `object`: the above, plus immutability.
std::vector<Cause> validateUpdate(const google::protobuf::Message& object,
                                  const google::protobuf::Message& old);
/// The Invalid Status that carries `causes` for object `name` of `kind` (message as Kubernetes words it).
Status invalid(const Kind& kind, std::string_view name, std::vector<Cause> causes);

/// Before a write is stored. Update: keeps what the request may not change (status on a main write; spec and
/// most metadata on a status write), and bumps metadata.generation when the spec changed.
void prepareCreate(google::protobuf::Message& object);
void prepareUpdate(google::protobuf::Message& object, const google::protobuf::Message& old,
                   bool statusSubresource);

enum class PatchType { Json, Merge, Strategic };
/// `object` (JSON of a `type` message) patched. BadRequest for a malformed patch; Invalid for a failed
/// JSON-patch test; at most 10,000 operations (RequestEntityTooLarge).
Result<std::string> applyPatch(std::string_view objectJson, std::string_view patch, PatchType patchType,
                               const google::protobuf::Descriptor* type);

} // namespace wheelhouse::api
