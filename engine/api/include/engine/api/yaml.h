#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::api {

/// Keys that stand twice in one map of a YAML (or JSON) text, as Kubernetes names them: `line 9: key "foo"
/// already set in map`. Empty for a text that is no YAML. Pure, thread-safe.
std::vector<std::string> duplicateYamlKeys(std::string_view yaml);

} // namespace wheelhouse::api
