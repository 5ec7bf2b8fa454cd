#pragma once

#include "auth/authorizer.h"
#include "engine/apiserver/handler.h"
#include "engine/base/status.h"

namespace wheelhouse::apiserver::auth {

/// Whom `user` acts as, as the Impersonate-* headers ask: `user` itself without any. Each part (user, groups,
/// uid, extra) needs the verb "impersonate"; Forbidden names the one that is missing. BadRequest for groups,
/// uid or extra without a user. Control executor.
Result<User> impersonated(const User& user, const Headers& headers, Authorizer& authorizer);

} // namespace wheelhouse::apiserver::auth
