#pragma once

#include "auth/default_roles.h"

#include <vector>

namespace wheelhouse::apiserver::auth {

/// The roles `system:controller:NAME` and their bindings to the account NAME in kube-system: what each
/// control loop may do where it runs with an identity of its own.
void addControllerRoles(std::vector<DefaultRole>& out);
void addControllerBindings(std::vector<DefaultBinding>& out);

} // namespace wheelhouse::apiserver::auth
