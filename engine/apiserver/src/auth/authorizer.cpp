#include "auth/authorizer.h"

#include <algorithm>

namespace wheelhouse::apiserver::auth {
namespace {

constexpr std::string_view masters = "system:masters";

class PrivilegedGroup final : public Authorizer {
  public:
    Verdict authorize(const User& user, const Attributes&) override {
        if (inGroup(user, masters)) return {Decision::Allow, ""};
        return {};
    }
    void listRules(const User& user, const std::string&, RuleList& out) override {
        if (!inGroup(user, masters)) return;
        out.rules.push_back({{"*"}, {"*"}, {"*"}, {}, {}});
        out.rules.push_back({{"*"}, {}, {}, {}, {"*"}});
    }
};

} // namespace

bool inGroup(const User& user, std::string_view group) {
    return std::find(user.groups.begin(), user.groups.end(), group) != user.groups.end();
}

Verdict AuthorizerChain::authorize(const User& user, const Attributes& attributes) {
    Verdict none;
    for (const auto& each : chain_) {
        Verdict verdict = each->authorize(user, attributes);
        if (verdict.decision != Decision::NoOpinion) return verdict;
        if (verdict.reason.empty()) continue;
        if (!none.reason.empty()) none.reason += "\n";
        none.reason += verdict.reason;
    }
    return none;
}

void AuthorizerChain::listRules(const User& user, const std::string& nameSpace, RuleList& out) {
    for (const auto& each : chain_)
        each->listRules(user, nameSpace, out);
}

std::unique_ptr<Authorizer> makePrivilegedGroup() {
    return std::make_unique<PrivilegedGroup>();
}

} // namespace wheelhouse::apiserver::auth
