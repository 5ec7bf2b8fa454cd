#pragma once

#include "auth/auth.h"
#include "engine/apiserver/object_source.h"

#include <memory>

namespace wheelhouse::apiserver::auth {

/// What `user` may know, as the authorisers say whenever that is asked; null for who may do everything.
/// Control executor only.
std::shared_ptr<const Reader> readerFor(const std::shared_ptr<Auth>& auth, User user);

} // namespace wheelhouse::apiserver::auth
