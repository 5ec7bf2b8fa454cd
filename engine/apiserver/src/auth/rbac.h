#pragma once

#include "auth/authorizer.h"
#include "engine/store/store.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wheelhouse::apiserver::auth {

/// Role-based access: what bindings grant, nothing else. Follows the store's Roles and bindings, which are
/// parsed once when they change and indexed by whom they are for; a decision looks only at the bindings of
/// the user and the user's groups. Control executor.
class Rbac final : public Authorizer {
  public:
    /// Reads what the store holds and follows it from there; the store must outlive this.
    explicit Rbac(store::Store& store);

    Verdict authorize(const User& user, const Attributes& attributes) override;
    void listRules(const User& user, const std::string& nameSpace, RuleList& out) override;

    using Rules = std::vector<Rule>;
    /// The rules of the role a binding refers to; NotFound when there is none.
    Result<std::shared_ptr<const Rules>> rulesOf(std::string_view roleKind, const std::string& roleName,
                                                 const std::string& nameSpace) const;

  private:
    struct Subject {
        std::string kind;
        std::string name;
        std::string nameSpace;
    };
    struct Binding {
        std::string nameSpace; ///< empty = cluster-wide
        std::string name;
        std::string roleKind;
        std::string roleName;
        std::vector<Subject> subjects;
    };
    struct Grant {
        std::shared_ptr<const Binding> binding;
        std::size_t subject; ///< which of the binding's
    };
    /// By "u" and the user's name, or "g" and the group's.
    using Grants = std::unordered_map<std::string, std::vector<Grant>>;

    template <class M>
    void follow(void (Rbac::*changed)(const api::ObjectPtr&, bool));
    void roleChanged(const api::ObjectPtr& object, bool gone);
    template <class M>
    void bindingChanged(const api::ObjectPtr& object, bool gone);
    static std::string describe(const Grant& grant);
    /// Calls `visit(grant, rules, error)` for everything granted, until it returns false.
    template <class Visit>
    void visitGrants(const User& user, const std::string& nameSpace, Visit visit) const;

    store::Store& store_;
    std::unordered_map<std::string, std::shared_ptr<const Rules>> clusterRoles_;
    std::unordered_map<std::string, std::shared_ptr<const Rules>> roles_;      ///< by "namespace/name"
    std::unordered_map<std::string, std::shared_ptr<const Binding>> bindings_; ///< by "namespace/name"
    std::unordered_map<std::string, Grants> grants_; ///< by namespace; "" = cluster-wide
    std::vector<std::unique_ptr<store::Store::Watch>> watches_;
};

} // namespace wheelhouse::apiserver::auth
