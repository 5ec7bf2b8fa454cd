#pragma once

#include "auth/authorizer.h"
#include "engine/store/store.h"

#include <memory>
#include <optional>
#include <string>

namespace wheelhouse::apiserver::auth {

/// The node's name when `user` is one: "system:node:NAME" in group system:nodes.
std::optional<std::string> nodeOf(const User& user);

/// What a node may do (the rights of the ClusterRole system:node), and of Secrets, ConfigMaps, claims,
/// volumes and tokens of service accounts only those that pods bound to it use. Other users get no opinion.
std::unique_ptr<Authorizer> makeNodeAuthorizer(store::Store& store);

} // namespace wheelhouse::apiserver::auth
