#pragma once

#include "auth/attributes.h"
#include "auth/rule.h"

#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::apiserver::auth {

enum class Decision { Allow, NoOpinion, Deny };

struct Verdict {
    Decision decision = Decision::NoOpinion;
    std::string reason; ///< for people; of an allowance: who granted it
};

/// Everything somebody may do in a namespace, as far as the authorisers can list it.
struct RuleList {
    std::vector<Rule> rules;
    bool incomplete = false;
    std::string error;
};

/// Decides whether a user may do something. Control executor only; quick: every request waits for it.
class Authorizer {
  public:
    virtual ~Authorizer() = default;
    virtual Verdict authorize(const User& user, const Attributes& attributes) = 0;
    /// Adds what `user` may do in `nameSpace`.
    virtual void listRules(const User& user, const std::string& nameSpace, RuleList& out) = 0;
};

bool inGroup(const User& user, std::string_view group);

/// Asks one after another; the first that allows or denies decides. Reasons of those without opinion are
/// kept, one a line.
class AuthorizerChain final : public Authorizer {
  public:
    void add(std::unique_ptr<Authorizer> next) { chain_.push_back(std::move(next)); }
    Verdict authorize(const User& user, const Attributes& attributes) override;
    void listRules(const User& user, const std::string& nameSpace, RuleList& out) override;

  private:
    std::vector<std::unique_ptr<Authorizer>> chain_;
};

/// The group system:masters may do everything, whatever else is written anywhere.
std::unique_ptr<Authorizer> makePrivilegedGroup();

} // namespace wheelhouse::apiserver::auth
