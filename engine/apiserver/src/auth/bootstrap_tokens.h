#pragma once

#include "engine/apiserver/handler.h"
#include "engine/base/clock.h"
#include "engine/store/store.h"

#include <optional>
#include <string_view>

namespace wheelhouse::apiserver::auth {

/// The user behind a bootstrap token "id.secret": what a Secret of type bootstrap.kubernetes.io/token in
/// kube-system says, as long as it may be used for authentication. Nothing for any other token. Control
/// executor.
std::optional<User> bootstrapTokenUser(const store::Store& store, const Clock& clock, std::string_view token);

} // namespace wheelhouse::apiserver::auth
