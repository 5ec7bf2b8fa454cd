#pragma once

#include "engine/api/object.h"
#include "engine/api/types.h"

#include <google/protobuf/message.h>
#include <memory>

namespace wheelhouse::apiserver {

/// The ObjectMeta of a message of any registered kind.
api::meta::ObjectMeta& metadataOf(google::protobuf::Message& message);
const api::meta::ObjectMeta& metadataOf(const google::protobuf::Message& message);

/// The same state at another revision: how watchers see something leave.
api::ObjectPtr atRevision(const api::ObjectPtr& object, Revision revision);

/// Bytes that are equal for equal messages (maps in key order).
std::string deterministicBytes(const google::protobuf::Message& message);

/// "namespace/name" or "name".
std::string keyOf(const api::Kind& kind, const std::string& nameSpace, const std::string& name);

std::unique_ptr<google::protobuf::Message> cloneOf(const google::protobuf::Message& message);

/// A singular message, string or integer field found by name; null when the type has none of that name.
google::protobuf::Message* subMessage(google::protobuf::Message& message, const char* field);
const google::protobuf::Message* subMessage(const google::protobuf::Message& message, const char* field);

} // namespace wheelhouse::apiserver
