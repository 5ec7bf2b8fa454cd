#include "auth/rbac.h"

#include "auth/rbac_messages.h"
#include "auth/service_account_tokens.h"
#include "engine/base/assert.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::apiserver::auth {
namespace {

template <class M>
std::shared_ptr<const std::vector<Rule>> rulesIn(const api::Object& object) {
    const auto role = object.as<M>();
    return std::make_shared<const std::vector<Rule>>(readRules(role.rules()));
}

} // namespace

template <class M>
void Rbac::follow(void (Rbac::*changed)(const api::ObjectPtr&, bool)) {
    const api::Kind& kind = api::kindOf<M>();
    const auto page = store_.list(kind, "", "", 0, 0);
    WH_ASSERT(page, "the newest state cannot be listed");
    for (const api::ObjectPtr& object : page->items)
        (this->*changed)(object, false);
    auto watch = store_.watch(kind, page->revision, [this, changed](const store::Change& change) {
        (this->*changed)(change.object, change.type == store::Change::Type::Deleted);
    });
    WH_ASSERT(watch, "the newest state cannot be watched");
    watches_.push_back(std::move(*watch));
}

Rbac::Rbac(store::Store& store) : store_(store) {
    follow<api::rbac::ClusterRole>(&Rbac::roleChanged);
    follow<api::rbac::Role>(&Rbac::roleChanged);
    follow<api::rbac::ClusterRoleBinding>(&Rbac::bindingChanged<api::rbac::ClusterRoleBinding>);
    follow<api::rbac::RoleBinding>(&Rbac::bindingChanged<api::rbac::RoleBinding>);
}

void Rbac::roleChanged(const api::ObjectPtr& object, bool gone) {
    const bool clusterWide = &object->kind() == &api::kindOf<api::rbac::ClusterRole>();
    auto& known = clusterWide ? clusterRoles_ : roles_;
    if (gone)
        known.erase(object->key());
    else
        known[object->key()] =
            clusterWide ? rulesIn<api::rbac::ClusterRole>(*object) : rulesIn<api::rbac::Role>(*object);
}

template <class M>
void Rbac::bindingChanged(const api::ObjectPtr& object, bool gone) {
    const std::string id = object->nameSpace() + "/" + object->name();
    if (const auto before = bindings_.find(id); before != bindings_.end()) {
        Grants& grants = grants_[object->nameSpace()];
        for (auto it = grants.begin(); it != grants.end();) {
            std::erase_if(it->second, [&](const Grant& grant) { return grant.binding == before->second; });
            it = it->second.empty() ? grants.erase(it) : std::next(it);
        }
        if (grants.empty()) grants_.erase(object->nameSpace());
        bindings_.erase(before);
    }
    if (gone) return;
    const auto message = object->as<M>();
    auto binding = std::make_shared<Binding>();
    binding->nameSpace = object->nameSpace();
    binding->name = object->name();
    binding->roleKind = message.roleref().kind();
    binding->roleName = message.roleref().name();
    for (const auto& subject : message.subjects())
        binding->subjects.push_back({subject.kind(), subject.name(), subject.namespace_()});
    bindings_[id] = binding;
    for (std::size_t i = 0; i < binding->subjects.size(); ++i) {
        const Subject& subject = binding->subjects[i];
        std::string key;
        if (subject.kind == "User")
            key = "u" + subject.name;
        else if (subject.kind == "Group")
            key = "g" + subject.name;
        else if (subject.kind == "ServiceAccount") {
            const std::string& home = subject.nameSpace.empty() ? binding->nameSpace : subject.nameSpace;
            if (home.empty()) continue;
            key = "u" + serviceAccountUser(home, subject.name);
        } else
            continue;
        grants_[binding->nameSpace][key].push_back({binding, i});
    }
}

Result<std::shared_ptr<const Rbac::Rules>>
Rbac::rulesOf(std::string_view roleKind, const std::string& roleName, const std::string& nameSpace) const {
    const bool clusterWide = roleKind == "ClusterRole";
    if (!clusterWide && roleKind != "Role")
        return fail(Reason::InternalError, fmt::format("unsupported role reference kind: \"{}\"", roleKind));
    const auto& known = clusterWide ? clusterRoles_ : roles_;
    const auto found = known.find(clusterWide ? roleName : nameSpace + "/" + roleName);
    if (found == known.end())
        return fail(Reason::NotFound, fmt::format("{}.rbac.authorization.k8s.io \"{}\" not found",
                                                  clusterWide ? "clusterrole" : "role", roleName));
    return found->second;
}

template <class Visit>
void Rbac::visitGrants(const User& user, const std::string& nameSpace, Visit visit) const {
    std::vector<std::string> keys;
    keys.reserve(user.groups.size() + 1);
    keys.push_back("u" + user.name);
    for (const auto& group : user.groups)
        keys.push_back("g" + group);
    const auto look = [&](const std::string& where) {
        const auto here = grants_.find(where);
        if (here == grants_.end()) return true;
        for (const std::string& key : keys) {
            const auto found = here->second.find(key);
            if (found == here->second.end()) continue;
            for (const Grant& grant : found->second) {
                const auto rules = rulesOf(grant.binding->roleKind, grant.binding->roleName, where);
                const bool goOn = rules ? visit(grant, **rules, std::string())
                                        : visit(grant, Rules{}, rules.error().message);
                if (!goOn) return false;
            }
        }
        return true;
    };
    if (look("") && !nameSpace.empty()) look(nameSpace);
}

std::string Rbac::describe(const Grant& grant) {
    const Binding& binding = *grant.binding;
    const Subject& subject = binding.subjects[grant.subject];
    std::string whom = subject.name;
    if (subject.kind == "ServiceAccount")
        whom += "/" + (subject.nameSpace.empty() ? binding.nameSpace : subject.nameSpace);
    return fmt::format("{} \"{}{}\" of {} \"{}\" to {} \"{}\"",
                       binding.nameSpace.empty() ? "ClusterRoleBinding" : "RoleBinding", binding.name,
                       binding.nameSpace.empty() ? "" : "/" + binding.nameSpace, binding.roleKind,
                       binding.roleName, subject.kind, whom);
}

Verdict Rbac::authorize(const User& user, const Attributes& attributes) {
    Verdict verdict;
    std::vector<std::string> errors;
    visitGrants(user, attributes.nameSpace,
                [&](const Grant& grant, const Rules& rules, const std::string& error) {
                    if (!error.empty() && std::find(errors.begin(), errors.end(), error) == errors.end())
                        errors.push_back(error);
                    for (const Rule& rule : rules) {
                        if (!allows(rule, attributes)) continue;
                        verdict = {Decision::Allow, "RBAC: allowed by " + describe(grant)};
                        return false;
                    }
                    return true;
                });
    if (verdict.decision == Decision::Allow || errors.empty()) return verdict;
    verdict.reason =
        errors.size() == 1 ? "RBAC: " + errors[0] : fmt::format("RBAC: [{}]", fmt::join(errors, ", "));
    return verdict;
}

void Rbac::listRules(const User& user, const std::string& nameSpace, RuleList& out) {
    visitGrants(user, nameSpace, [&](const Grant&, const Rules& rules, const std::string& error) {
        out.rules.insert(out.rules.end(), rules.begin(), rules.end());
        if (!error.empty()) {
            out.incomplete = true;
            out.error += (out.error.empty() ? "" : ", ") + error;
        }
        return true;
    });
}

} // namespace wheelhouse::apiserver::auth
