#pragma once

#include "admission/chain.h"
#include "body.h"
#include "verbs.h"

namespace wheelhouse::apiserver {

// Shared by the verbs that write.

using Committed = std::function<void(Result<api::ObjectPtr>)>;

void settle(Admission& admission, bool committed);

/// Nothing holds the object any longer: it was asked to go, its grace is over and it has no finalizers.
bool mayGo(const google::protobuf::Message& message);

/// Gives the message the next revision and stores it (or its removal).
void commit(Core& core, const api::Kind& kind, std::unique_ptr<google::protobuf::Message> message,
            bool removes, Committed done);

/// For a write that changes nothing: no new revision, no event; the answer still waits until what it shows is
/// durable.
void answerUnchanged(Core& core, const api::ObjectPtr& newest, Committed done);

/// Stores the new state of `newest`, which passed admission: nothing when it is the same, a removal when it
/// may go.
void storeUpdate(Core& core, Admission admission, const api::ObjectPtr& newest,
                 std::unique_ptr<google::protobuf::Message> message, std::vector<std::string> warnings,
                 Done done);

/// `json` patched and decoded; warnings go to the request.
Result<std::unique_ptr<google::protobuf::Message>>
applyPatchTo(const std::string& json, PatchRequest& request, const BodyKind& expected);

} // namespace wheelhouse::apiserver
