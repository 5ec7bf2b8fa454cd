#pragma once

#include "auth/auth.h"
#include "engine/api/groups/authorization.h"

#include <google/protobuf/message.h>
#include <optional>

namespace wheelhouse::apiserver::auth {

/// Fills in the status of an access review (of any of the four kinds); nothing for other kinds. `self` is who
/// asks, `nameSpace` that of the request. Control executor.
std::optional<Result<void>> answerAccessReview(Auth& auth, const api::Kind& kind,
                                               const std::string& nameSpace, const User& self,
                                               google::protobuf::Message& message);

} // namespace wheelhouse::apiserver::auth
