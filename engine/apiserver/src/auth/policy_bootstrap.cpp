#include "auth/policy_bootstrap.h"

#include "auth/default_roles.h"
#include "auth/rbac_messages.h"
#include "metadata.h"

#include <algorithm>

namespace wheelhouse::apiserver::auth {
namespace {

using google::protobuf::Message;
namespace rbac = api::rbac;

const std::string bootstrapping = "kubernetes.io/bootstrapping";
const std::string autoupdate = "rbac.authorization.kubernetes.io/autoupdate";
const std::string partLabel = "rbac.authorization.k8s.io/aggregate-to-";
constexpr const char* rbacGroup = "rbac.authorization.k8s.io";

void describe(api::meta::ObjectMeta& metadata, const std::string& nameSpace, const std::string& name) {
    metadata.set_name(name);
    if (!nameSpace.empty()) metadata.set_namespace_(nameSpace);
    (*metadata.mutable_labels())[bootstrapping] = "rbac-defaults";
    (*metadata.mutable_annotations())[autoupdate] = "true";
}

/// The rules a gathering role will end up with: its parts', also those of parts that gather themselves.
void gather(const std::string& name, std::vector<Rule>& out) {
    for (const DefaultRole& role : defaultRoles()) {
        if (role.partOf != name) continue;
        for (const Rule& rule : role.rules)
            if (std::find(out.begin(), out.end(), rule) == out.end()) out.push_back(rule);
        if (!role.gathers.empty()) gather(role.name, out);
    }
}

std::unique_ptr<Message> messageOf(const DefaultRole& role) {
    if (!role.nameSpace.empty()) {
        auto out = std::make_unique<rbac::Role>();
        describe(*out->mutable_metadata(), role.nameSpace, role.name);
        writeRules(role.rules, *out->mutable_rules());
        return out;
    }
    auto out = std::make_unique<rbac::ClusterRole>();
    describe(*out->mutable_metadata(), "", role.name);
    if (!role.partOf.empty()) (*out->mutable_metadata()->mutable_labels())[partLabel + role.partOf] = "true";
    std::vector<Rule> rules = role.rules;
    if (!role.gathers.empty()) {
        gather(role.gathers, rules);
        auto& selector = *out->mutable_aggregationrule()->add_clusterroleselectors();
        (*selector.mutable_matchlabels())[partLabel + role.gathers] = "true";
    }
    writeRules(rules, *out->mutable_rules());
    return out;
}

template <class M>
std::unique_ptr<Message> messageOf(const DefaultBinding& binding, const char* roleKind) {
    auto out = std::make_unique<M>();
    describe(*out->mutable_metadata(), binding.nameSpace, binding.name);
    out->mutable_roleref()->set_apigroup(rbacGroup);
    out->mutable_roleref()->set_kind(roleKind);
    out->mutable_roleref()->set_name(binding.role);
    for (const DefaultSubject& each : binding.subjects) {
        auto& subject = *out->add_subjects();
        subject.set_kind(each.kind);
        subject.set_name(each.name);
        if (each.kind == "ServiceAccount")
            subject.set_namespace_(each.nameSpace);
        else
            subject.set_apigroup(rbacGroup);
    }
    return out;
}

bool addMissing(google::protobuf::Map<std::string, std::string>& present,
                const google::protobuf::Map<std::string, std::string>& wanted) {
    bool changed = false;
    for (const auto& [key, value] : wanted)
        if (present.find(key) == present.end()) {
            present[key] = value;
            changed = true;
        }
    return changed;
}

bool addMetadata(Message& present, const Message& wanted) {
    auto& metadata = metadataOf(present);
    const auto& model = metadataOf(wanted);
    const bool labels = addMissing(*metadata.mutable_labels(), model.labels());
    return addMissing(*metadata.mutable_annotations(), model.annotations()) || labels;
}

template <class M>
bool addRules(M& present, const M& wanted) {
    const std::vector<Rule> missing =
        compacted(notCovered(readRules(present.rules()), readRules(wanted.rules())));
    writeRules(missing, *present.mutable_rules());
    return !missing.empty();
}

bool addRole(rbac::ClusterRole& present, const rbac::ClusterRole& wanted) {
    if (!wanted.has_aggregationrule()) return addRules(present, wanted);
    if (present.has_aggregationrule()) return false;
    *present.mutable_aggregationrule() = wanted.aggregationrule();
    return true;
}

template <class M>
Amendment amendBinding(M& present, const M& wanted) {
    const auto& has = present.roleref();
    const auto& needs = wanted.roleref();
    const bool replace = has.kind() != needs.kind() || has.name() != needs.name();
    if (replace) *present.mutable_roleref() = needs;
    bool changed = addMetadata(present, wanted);
    for (const auto& subject : wanted.subjects()) {
        const bool there =
            std::any_of(present.subjects().begin(), present.subjects().end(), [&](const auto& known) {
                return known.kind() == subject.kind() && known.name() == subject.name() &&
                       known.namespace_() == subject.namespace_();
            });
        if (there) continue;
        *present.add_subjects() = subject;
        changed = true;
    }
    return replace ? Amendment::Replace : changed ? Amendment::Update : Amendment::None;
}

} // namespace

std::vector<PolicyObject> defaultPolicy() {
    std::vector<PolicyObject> out;
    for (const DefaultRole& role : defaultRoles())
        out.push_back(
            {role.nameSpace.empty() ? &api::kindOf<rbac::ClusterRole>() : &api::kindOf<rbac::Role>(),
             role.nameSpace, messageOf(role)});
    for (const DefaultBinding& binding : defaultBindings()) {
        if (binding.nameSpace.empty())
            out.push_back({&api::kindOf<rbac::ClusterRoleBinding>(), "",
                           messageOf<rbac::ClusterRoleBinding>(binding, "ClusterRole")});
        else
            out.push_back({&api::kindOf<rbac::RoleBinding>(), binding.nameSpace,
                           messageOf<rbac::RoleBinding>(binding, "Role")});
    }
    return out;
}

Amendment amendPolicy(Message& present, const Message& wanted) {
    const auto& annotations = metadataOf(present).annotations();
    const auto asked = annotations.find(autoupdate);
    if (asked != annotations.end() && asked->second == "false") return Amendment::None;
    if (auto* binding = dynamic_cast<rbac::ClusterRoleBinding*>(&present))
        return amendBinding(*binding, static_cast<const rbac::ClusterRoleBinding&>(wanted));
    if (auto* binding = dynamic_cast<rbac::RoleBinding*>(&present))
        return amendBinding(*binding, static_cast<const rbac::RoleBinding&>(wanted));
    bool changed = addMetadata(present, wanted);
    if (auto* role = dynamic_cast<rbac::ClusterRole*>(&present))
        changed = addRole(*role, static_cast<const rbac::ClusterRole&>(wanted)) || changed;
    else
        changed =
            addRules(static_cast<rbac::Role&>(present), static_cast<const rbac::Role&>(wanted)) || changed;
    return changed ? Amendment::Update : Amendment::None;
}

} // namespace wheelhouse::apiserver::auth
