#include "auth/node_authorizer.h"

#include "auth/default_roles.h"
#include "auth/node_pods.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::apiserver::auth {
namespace {

constexpr std::string_view userPrefix = "system:node:";
constexpr const char* leaseNamespace = "kube-node-lease";

const std::vector<Rule>& nodeRules() {
    static const std::vector<Rule> rules = [] {
        for (const DefaultRole& role : defaultRoles())
            if (role.name == "system:node") return role.rules;
        return std::vector<Rule>();
    }();
    return rules;
}

Verdict no(std::string reason) {
    return {Decision::NoOpinion, std::move(reason)};
}

bool oneOf(const std::string& value, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

/// "spec.nodeName=NODE" stands in the selector.
bool selects(const std::string& selector, std::string_view field, const std::string& value) {
    for (std::size_t begin = 0; begin <= selector.size();) {
        const std::size_t end = std::min(selector.find(',', begin), selector.size());
        const std::string_view term = std::string_view(selector).substr(begin, end - begin);
        begin = end + 1;
        if (term == fmt::format("{}={}", field, value) || term == fmt::format("{}=={}", field, value))
            return true;
    }
    return false;
}

class NodeAuthorizer final : public Authorizer {
  public:
    explicit NodeAuthorizer(store::Store& store) : pods_(store) {}

    Verdict authorize(const User& user, const Attributes& attributes) override {
        const auto node = nodeOf(user);
        if (!node) return {};
        if (node->empty()) return no(fmt::format("unknown node for user \"{}\"", user.name));
        if (attributes.resourceRequest)
            if (auto decided = special(*node, attributes)) return *decided;
        return byRules(attributes);
    }

    void listRules(const User& user, const std::string&, RuleList& out) override {
        if (!nodeOf(user)) return;
        out.incomplete = true;
        out.error += std::string(out.error.empty() ? "" : ", ") +
                     "node authorizer does not support user rule resolution";
    }

  private:
    static Verdict byRules(const Attributes& attributes) {
        for (const Rule& rule : nodeRules())
            if (allows(rule, attributes)) return {Decision::Allow, ""};
        return {};
    }

    std::optional<Verdict> special(const std::string& node, const Attributes& a) {
        if (a.group.empty()) {
            if (a.resource == "secrets") return readUsed(node, "Secret", a);
            if (a.resource == "configmaps") return readUsed(node, "ConfigMap", a);
            if (a.resource == "persistentvolumeclaims")
                return a.subresource == "status" ? writeStatus(node, "PersistentVolumeClaim", a)
                                                 : getUsed(node, "PersistentVolumeClaim", a);
            if (a.resource == "persistentvolumes") return getUsed(node, "PersistentVolume", a);
            if (a.resource == "serviceaccounts") return createToken(node, a);
            if (a.resource == "nodes") return ownNode(node, a);
            if (a.resource == "pods") return ownPods(node, a);
        }
        if (a.group == "resource.k8s.io" && a.resource == "resourceclaims")
            return getUsed(node, "ResourceClaim", a);
        if (a.group == "coordination.k8s.io" && a.resource == "leases") return ownLease(node, a);
        if (a.group == "storage.k8s.io" && a.resource == "csinodes") return ownCsiNode(node, a);
        return std::nullopt;
    }

    Verdict related(const std::string& node, const char* kind, const Attributes& a) {
        if (a.name.empty()) return no("No Object name found");
        if (pods_.uses(node, kind, a.nameSpace, a.name)) return {Decision::Allow, ""};
        return no(fmt::format("no relationship found between node '{}' and this object", node));
    }

    Verdict readUsed(const std::string& node, const char* kind, const Attributes& a) {
        if (!oneOf(a.verb, {"get", "list", "watch"})) return no("can only read resources of this type");
        if (!a.subresource.empty()) return no("cannot read subresource");
        if (a.nameSpace.empty()) return no("can only read namespaced object of this type");
        return related(node, kind, a);
    }

    Verdict getUsed(const std::string& node, const char* kind, const Attributes& a) {
        if (a.verb != "get") return no("can only get individual resources of this type");
        if (!a.subresource.empty()) return no("cannot get subresource");
        return related(node, kind, a);
    }

    Verdict writeStatus(const std::string& node, const char* kind, const Attributes& a) {
        if (!oneOf(a.verb, {"get", "update", "patch"})) return no("can only get/update/patch this type");
        return related(node, kind, a);
    }

    Verdict createToken(const std::string& node, const Attributes& a) {
        if (a.verb != "create" || a.subresource != "token")
            return no("can only create tokens for individual service accounts");
        return related(node, "ServiceAccount", a);
    }

    static std::optional<Verdict> ownNode(const std::string& node, const Attributes& a) {
        const bool reads = oneOf(a.verb, {"get", "list", "watch"});
        if (!reads || !a.subresource.empty()) return std::nullopt; // NodeRestriction sees to writes
        if (a.name == node) return Verdict{Decision::Allow, ""};
        return no(fmt::format("node '{}' cannot read '{}', only its own Node object", node, a.name));
    }

    std::optional<Verdict> ownPods(const std::string& node, const Attributes& a) {
        if (!a.subresource.empty()) return std::nullopt;
        if (a.verb == "get") return related(node, "Pod", a);
        if (!oneOf(a.verb, {"list", "watch"})) return std::nullopt;
        if (!a.name.empty() && !a.nameSpace.empty() && pods_.uses(node, "Pod", a.nameSpace, a.name))
            return Verdict{Decision::Allow, ""};
        if (selects(a.fieldSelector, "spec.nodeName", node)) return Verdict{Decision::Allow, ""};
        return no("can only list/watch pods with spec.nodeName field selector");
    }

    static Verdict ownLease(const std::string& node, const Attributes& a) {
        if (!oneOf(a.verb, {"get", "create", "update", "patch", "delete"}))
            return no("can only get, create, update, patch, or delete a node lease");
        if (a.nameSpace != leaseNamespace)
            return no(fmt::format("can only access leases in the \"{}\" system namespace", leaseNamespace));
        if (a.verb != "create" && a.name != node)
            return no("can only access node lease with the same name as the requesting node");
        return {Decision::Allow, ""};
    }

    static Verdict ownCsiNode(const std::string& node, const Attributes& a) {
        if (!a.subresource.empty()) return no("cannot authorize CSINode subresources");
        if (!oneOf(a.verb, {"get", "create", "update", "patch", "delete"}))
            return no("can only get, create, update, patch, or delete a CSINode");
        if (a.verb != "create" && a.name != node)
            return no("can only access CSINode with the same name as the requesting node");
        return {Decision::Allow, ""};
    }

    NodePods pods_;
};

} // namespace

std::optional<std::string> nodeOf(const User& user) {
    if (!user.name.starts_with(userPrefix) || !inGroup(user, "system:nodes")) return std::nullopt;
    return user.name.substr(userPrefix.size());
}

std::unique_ptr<Authorizer> makeNodeAuthorizer(store::Store& store) {
    return std::make_unique<NodeAuthorizer>(store);
}

} // namespace wheelhouse::apiserver::auth
