#pragma once

#include "engine/api/apply.h"
#include "verbs.h"

#include <google/protobuf/message.h>
#include <string>
#include <string_view>

namespace wheelhouse::apiserver {

// Who set which field: metadata.managedFields of every write. The rules are in engine/api/apply.h.

/// The name a write is recorded under when it does not say one: the client's, up to the slash.
std::string managerFromUserAgent(std::string_view userAgent);
/// Who writes in this process, as the same component is called in a cluster of many.
std::string managerFromUser(const User& user);
/// What is wrong with the parameter `fieldManager`. Invalid.
Result<void> checkFieldManager(const std::string& manager, std::string_view optionsKind);

/// The writer of a request, with the fields its path cannot change.
api::apply::Writer writerOf(const Core& core, const WriteRequest& request);

/// Brings the record of `object` (what the request makes of `live`, null for a new object) up to date. To be
/// called before the server adds anything of its own.
void recordWrite(Core& core, const WriteRequest& request, google::protobuf::Message& object,
                 const google::protobuf::Message* live);

/// Where the replicas stand in every served version of `kind`.
api::apply::ReplicasPaths replicasPaths(const Core& core, const api::Kind& kind);

/// True when the JSON object says `metadata.managedFields: []`: the record is to be forgotten.
bool forgetsOwners(std::string_view json);

/// Server-side apply to an object, its status or its scale; creates the object where there is none.
void applyObject(Core& core, PatchRequest request, Done done);

} // namespace wheelhouse::apiserver
