#pragma once

#include "auth/rule.h"

#include <string>
#include <vector>

namespace wheelhouse::apiserver::auth {

/// A role every cluster has, with Kubernetes' names and rights.
struct DefaultRole {
    std::string nameSpace; ///< empty = ClusterRole
    std::string name;
    std::vector<Rule> rules;
    std::string partOf;  ///< "view": its rules are added to that role's
    std::string gathers; ///< "view": it consists of the roles that are part of this
};

struct DefaultSubject {
    std::string kind; ///< "User", "Group", "ServiceAccount"
    std::string name;
    std::string nameSpace{};
};

struct DefaultBinding {
    std::string nameSpace; ///< empty = ClusterRoleBinding
    std::string name;
    std::string role; ///< a ClusterRole, or in a namespace a Role
    std::vector<DefaultSubject> subjects;
};

const std::vector<DefaultRole>& defaultRoles();
const std::vector<DefaultBinding>& defaultBindings();

} // namespace wheelhouse::apiserver::auth
