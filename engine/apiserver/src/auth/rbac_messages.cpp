#include "auth/rbac_messages.h"

namespace wheelhouse::apiserver::auth {

std::vector<Rule> readRules(const google::protobuf::RepeatedPtrField<api::rbac::PolicyRule>& rules) {
    std::vector<Rule> out;
    for (const auto& rule : rules)
        out.push_back({textsIn(rule.verbs()), textsIn(rule.apigroups()), textsIn(rule.resources()),
                       textsIn(rule.resourcenames()), textsIn(rule.nonresourceurls())});
    return out;
}

void writeRules(const std::vector<Rule>& rules,
                google::protobuf::RepeatedPtrField<api::rbac::PolicyRule>& out) {
    for (const Rule& rule : rules) {
        api::rbac::PolicyRule& added = *out.Add();
        for (const auto& verb : rule.verbs)
            added.add_verbs(verb);
        for (const auto& group : rule.groups)
            added.add_apigroups(group);
        for (const auto& resource : rule.resources)
            added.add_resources(resource);
        for (const auto& name : rule.names)
            added.add_resourcenames(name);
        for (const auto& path : rule.paths)
            added.add_nonresourceurls(path);
    }
}

} // namespace wheelhouse::apiserver::auth
