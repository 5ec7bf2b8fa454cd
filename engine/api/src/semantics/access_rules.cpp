#include "engine/api/codec.h"
#include "engine/api/groups/rbac.h"
#include "semantics/kind_rules.h"

namespace wheelhouse::api::semantics {

namespace {

constexpr const char* group = "rbac.authorization.k8s.io";

std::string listOf(const google::protobuf::RepeatedPtrField<std::string>& texts) {
    std::string out = "[";
    for (const std::string& text : texts)
        out += (out.size() > 1 ? "," : "") + quoted(text);
    return out + "]";
}

void validateRule(const rbac::PolicyRule& rule, bool namespaced, const Path& path, Problems& problems) {
    if (rule.verbs().empty()) problems.required(path.child("verbs"), "verbs must contain at least one value");
    if (!rule.nonresourceurls().empty()) {
        const Path urls = path.child("nonResourceURLs");
        if (namespaced)
            problems.invalidJson(urls, listOf(rule.nonresourceurls()),
                                 "namespaced rules cannot apply to non-resource URLs");
        if (!rule.apigroups().empty() || !rule.resources().empty() || !rule.resourcenames().empty())
            problems.invalidJson(urls, listOf(rule.nonresourceurls()),
                                 "rules cannot apply to both regular resources and non-resource URLs");
        return;
    }
    if (rule.apigroups().empty())
        problems.required(path.child("apiGroups"), "resource rules must supply at least one api group");
    if (rule.resources().empty())
        problems.required(path.child("resources"), "resource rules must supply at least one resource");
}

template <class Role>
void validateRules(const Role& role, bool namespaced, Problems& problems) {
    for (int i = 0; i < role.rules_size(); ++i)
        validateRule(role.rules(i), namespaced, Path("rules").index(static_cast<std::size_t>(i)), problems);
}

void checkRole(const rbac::Role& role, Problems& problems) {
    validateRules(role, true, problems);
}

void checkClusterRole(const rbac::ClusterRole& role, Problems& problems) {
    validateRules(role, false, problems);
    if (!role.has_aggregationrule()) return;
    const Path path = Path("aggregationRule").child("clusterRoleSelectors");
    const auto& selectors = role.aggregationrule().clusterroleselectors();
    if (selectors.empty())
        problems.required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil");
    for (int i = 0; i < selectors.size(); ++i)
        validateLabelSelector(selectors.Get(i), path.index(static_cast<std::size_t>(i)), problems);
}

void validateSubject(const rbac::Subject& subject, bool namespaced, const Path& path, Problems& problems) {
    if (subject.name().empty()) problems.required(path.child("name"));
    if (subject.kind() == "ServiceAccount") {
        if (!subject.name().empty())
            problems.invalid(path.child("name"), subject.name(), dnsSubdomain(subject.name()));
        if (!subject.apigroup().empty())
            problems.notSupported(path.child("apiGroup"), subject.apigroup(), {""});
        if (!namespaced && subject.namespace_().empty()) problems.required(path.child("namespace"));
    } else if (subject.kind() == "User" || subject.kind() == "Group") {
        if (subject.apigroup() != group)
            problems.notSupported(path.child("apiGroup"), subject.apigroup(), {group});
    } else {
        problems.notSupported(path.child("kind"), subject.kind(), {"ServiceAccount", "User", "Group"});
    }
}

template <class Binding>
void validateBinding(const Binding& binding, bool namespaced, Problems& problems) {
    const Path path("roleRef");
    const rbac::RoleRef& role = binding.roleref();
    if (role.apigroup() != group) problems.notSupported(path.child("apiGroup"), role.apigroup(), {group});
    if (role.kind() != "ClusterRole" && !(namespaced && role.kind() == "Role")) {
        if (namespaced)
            problems.notSupported(path.child("kind"), role.kind(), {"Role", "ClusterRole"});
        else
            problems.notSupported(path.child("kind"), role.kind(), {"ClusterRole"});
    }
    if (role.name().empty())
        problems.required(path.child("name"));
    else
        problems.invalid(path.child("name"), role.name(), pathSegment(role.name()));
    for (int i = 0; i < binding.subjects_size(); ++i)
        validateSubject(binding.subjects(i), namespaced, Path("subjects").index(static_cast<std::size_t>(i)),
                        problems);
}

void checkRoleBinding(const rbac::RoleBinding& binding, Problems& problems) {
    validateBinding(binding, true, problems);
}

void checkClusterRoleBinding(const rbac::ClusterRoleBinding& binding, Problems& problems) {
    validateBinding(binding, false, problems);
}

template <class Binding>
void checkBindingChange(const Binding& now, const Binding& old, Problems& problems) {
    if (!sameMessage(now.roleref(), old.roleref()))
        problems.invalidJson(Path("roleRef"), encodeJson(now.roleref()), "cannot change roleRef");
}

template <class Binding>
void defaultBinding(Binding& binding) {
    if (binding.roleref().apigroup().empty()) binding.mutable_roleref()->set_apigroup(group);
    for (rbac::Subject& subject : *binding.mutable_subjects())
        if (subject.apigroup().empty() && (subject.kind() == "User" || subject.kind() == "Group"))
            subject.set_apigroup(group);
}

} // namespace

KindRuleList accessRules() {
    static const KindRules all[] = {
        {.type = rbac::Role::descriptor(), .name = pathSegment, .check = checks<rbac::Role, checkRole>},
        {.type = rbac::ClusterRole::descriptor(),
         .name = pathSegment,
         .check = checks<rbac::ClusterRole, checkClusterRole>},
        {.type = rbac::RoleBinding::descriptor(),
         .name = pathSegment,
         .defaults = on<rbac::RoleBinding, defaultBinding<rbac::RoleBinding>>,
         .check = checks<rbac::RoleBinding, checkRoleBinding>,
         .checkChange = compares<rbac::RoleBinding, checkBindingChange<rbac::RoleBinding>>},
        {.type = rbac::ClusterRoleBinding::descriptor(),
         .name = pathSegment,
         .defaults = on<rbac::ClusterRoleBinding, defaultBinding<rbac::ClusterRoleBinding>>,
         .check = checks<rbac::ClusterRoleBinding, checkClusterRoleBinding>,
         .checkChange = compares<rbac::ClusterRoleBinding, checkBindingChange<rbac::ClusterRoleBinding>>}};
    return all;
}

} // namespace wheelhouse::api::semantics
