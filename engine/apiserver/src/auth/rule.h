#pragma once

#include "auth/attributes.h"

#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::apiserver::auth {

/// One RBAC rule: what it names may be done. Either about resources or about paths. Plain data.
struct Rule {
    std::vector<std::string> verbs;
    std::vector<std::string> groups;
    std::vector<std::string> resources; ///< "pods", "pods/log", "*", "*/scale"
    std::vector<std::string> names;     ///< empty = all
    std::vector<std::string> paths{};   ///< "/healthz", "/openapi/*"

    bool operator==(const Rule&) const = default;
};

bool allows(const Rule& rule, const Attributes& attributes);

/// The parts of `wanted` that `owned` does not cover: what its writer may not hand out. Each part is a rule
/// about one verb, group, resource and name (or path).
std::vector<Rule> notCovered(const std::vector<Rule>& owned, const std::vector<Rule>& wanted);

/// As Kubernetes prints a rule in refusals: `{APIGroups:[""], Resources:["pods"], Verbs:["get"]}`.
std::string ruleText(const Rule& rule);
/// `rules` with rules that differ only in their verbs made one, for messages.
std::vector<Rule> compacted(std::vector<Rule> rules);

} // namespace wheelhouse::apiserver::auth
