#include "admission/chain.h"
#include "auth/auth.h"
#include "auth/rbac_messages.h"
#include "errors.h"
#include "metadata.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace wheelhouse::apiserver {
namespace {

namespace rbac = api::rbac;
using auth::Rule;

const std::vector<Rule>& everything() {
    static const std::vector<Rule> rules = {{{"*"}, {"*"}, {"*"}, {}, {}}, {{"*"}, {}, {}, {}, {"*"}}};
    return rules;
}

std::string quotedWords(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words)
        out += fmt::format("{}\"{}\"", out.empty() ? "" : " ", word);
    return "[" + out + "]";
}

/// The same but for what the garbage collector needs to let an object go.
bool onlyCollected(const google::protobuf::Message& now, const google::protobuf::Message& before) {
    const auto bare = [](const google::protobuf::Message& message) {
        const auto copy = cloneOf(message);
        auto& metadata = metadataOf(*copy);
        metadata.clear_finalizers();
        metadata.clear_ownerreferences();
        metadata.clear_managedfields();
        metadata.clear_resourceversion();
        return deterministicBytes(*copy);
    };
    return bare(now) == bare(before);
}

/// Nobody gives others, or themselves, rights they do not have: whoever writes a role must have all its
/// rules or the verb "escalate" on it, whoever binds one must have its rules or the verb "bind".
class RoleEscalation final : public AdmissionPlugin {
  public:
    explicit RoleEscalation(auth::Auth& auth) : auth_(auth) {}

    Result<void> check(const Admission& admission) override {
        if (!admission.object || admission.kind->name.group != "rbac.authorization.k8s.io") return {};
        if (auth::inGroup(*admission.user, "system:masters")) return {};
        if (admission.old && onlyCollected(*admission.object, *admission.old)) return {};
        if (const auto* role = as<rbac::ClusterRole>(admission)) {
            if (mayEscalate(admission)) return {};
            if (auto held = holds(admission, auth::readRules(role->rules())); !held) return held;
            if (role->has_aggregationrule() && !missing(admission, everything()).empty())
                return fail(forbidden(*admission.kind, admission.name,
                                      "must have cluster-admin privileges to use the aggregationRule"));
            return {};
        }
        if (const auto* role = as<rbac::Role>(admission))
            return mayEscalate(admission) ? Result<void>() : holds(admission, auth::readRules(role->rules()));
        if (const auto* binding = as<rbac::ClusterRoleBinding>(admission))
            return checkBinding(admission, binding->roleref());
        if (const auto* binding = as<rbac::RoleBinding>(admission))
            return checkBinding(admission, binding->roleref());
        return {};
    }

  private:
    template <class M>
    static const M* as(const Admission& admission) {
        return admission.kind == &api::kindOf<M>() ? static_cast<const M*>(admission.object) : nullptr;
    }

    bool may(const Admission& admission, const char* verb, const std::string& resource,
             const std::string& name) const {
        auth::Attributes attributes;
        attributes.resourceRequest = true;
        attributes.verb = verb;
        attributes.group = admission.kind->name.group;
        attributes.version = "v1";
        attributes.resource = resource;
        attributes.name = name;
        attributes.nameSpace = admission.nameSpace;
        return auth_.authorize(*admission.user, attributes).decision == auth::Decision::Allow;
    }
    bool mayEscalate(const Admission& admission) const {
        return may(admission, "escalate", admission.kind->name.resource, admission.name);
    }

    std::vector<Rule> missing(const Admission& admission, const std::vector<Rule>& wanted) const {
        auth::RuleList owned;
        auth_.listRules(*admission.user, admission.nameSpace, owned);
        return auth::notCovered(owned.rules, wanted);
    }

    Result<void> holds(const Admission& admission, const std::vector<Rule>& wanted) const {
        const auto lacking = auth::compacted(missing(admission, wanted));
        if (lacking.empty()) return {};
        std::set<std::string> texts;
        for (const Rule& rule : lacking)
            texts.insert(auth::ruleText(rule));
        return fail(forbidden(
            *admission.kind, admission.name,
            fmt::format("user \"{}\" (groups={}) is attempting to grant RBAC permissions not "
                        "currently held:\n{}",
                        admission.user->name, quotedWords(admission.user->groups), fmt::join(texts, "\n"))));
    }

    Result<void> checkBinding(const Admission& admission, const rbac::RoleRef& reference) const {
        const bool clusterWide = reference.kind() == "ClusterRole";
        if (may(admission, "bind", clusterWide ? "clusterroles" : "roles", reference.name())) return {};
        const auto rules = auth_.rbac().rulesOf(reference.kind(), reference.name(), admission.nameSpace);
        if (!rules) {
            if (rules.error().reason != Reason::NotFound) return fail(rules.error());
            return fail(notFound(clusterWide ? api::kindOf<rbac::ClusterRole>() : api::kindOf<rbac::Role>(),
                                 reference.name()));
        }
        return holds(admission, **rules);
    }

    auth::Auth& auth_;
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeRoleEscalation(auth::Auth& auth) {
    return std::make_unique<RoleEscalation>(auth);
}

} // namespace wheelhouse::apiserver
