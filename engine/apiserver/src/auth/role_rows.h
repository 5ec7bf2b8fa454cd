#pragma once

#include "auth/default_roles.h"

#include <initializer_list>
#include <string>
#include <vector>

namespace wheelhouse::apiserver::auth {

/// One rule, each column words between spaces: "core" is the empty group, "url" makes the resources paths.
struct Row {
    const char* verbs;
    const char* groups;
    const char* resources;
    const char* names = "";
};

std::vector<std::string> words(const char* text);
/// A ClusterRole of these rules.
DefaultRole role(std::string name, std::initializer_list<Row> rows);

} // namespace wheelhouse::apiserver::auth
