#pragma once

#include "core.h"
#include "verbs.h"

namespace wheelhouse::apiserver::auth {

/// Whether creating `kind` asks a question instead of storing something (the reviews).
bool isReview(const api::Kind& kind);
/// Answers TokenReview, SelfSubjectReview and the access reviews. Control executor.
void answerReview(Core& core, WriteRequest request, Done done);

/// The body of `serviceaccounts/token`.
const google::protobuf::Descriptor* tokenRequestType();
/// Makes a token of the service account the request names.
void requestToken(Core& core, WriteRequest request, Done done);

} // namespace wheelhouse::apiserver::auth
