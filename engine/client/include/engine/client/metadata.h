#pragma once

#include "engine/api/object.h"
#include "engine/api/types.h"

#include <google/protobuf/message.h>
#include <string>

namespace wheelhouse::client {

/// Only the metadata of an object, without decoding the rest of it.
api::meta::ObjectMeta metadataOf(const api::Object& object);
/// The metadata inside a message of any registered kind.
api::meta::ObjectMeta& metadataOf(google::protobuf::Message& message);
/// A reference to `owner` for objects it makes: controller and blockOwnerDeletion are set.
api::meta::OwnerReference controllerReference(const api::Object& owner);
/// The reference whose controller flag is set, or null.
const api::meta::OwnerReference* controllerOf(const api::meta::ObjectMeta& metadata);
/// For events and endpoints: which object, by kind, name and uid.
api::core::ObjectReference referenceTo(const api::Object& object);

} // namespace wheelhouse::client
