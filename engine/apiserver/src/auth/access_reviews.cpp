#include "auth/access_reviews.h"

#include "auth/rbac_messages.h"
#include "engine/api/semantics.h"
#include "errors.h"

#include <fmt/format.h>

namespace wheelhouse::apiserver::auth {
namespace {

namespace authz = api::authorization;

Attributes attributesIn(const authz::ResourceAttributes& from) {
    Attributes out;
    out.resourceRequest = true;
    out.nameSpace = from.namespace_();
    out.verb = from.verb();
    out.group = from.group();
    out.version = from.version();
    out.resource = from.resource();
    out.subresource = from.subresource();
    out.name = from.name();
    out.fieldSelector = from.fieldselector().rawselector();
    for (const auto& term : from.fieldselector().requirements())
        if (term.operator_() == "In" && term.values_size() == 1)
            out.fieldSelector += (out.fieldSelector.empty() ? "" : ",") + term.key() + "=" + term.values(0);
    return out;
}

Attributes attributesIn(const authz::NonResourceAttributes& from) {
    Attributes out;
    out.verb = from.verb();
    out.path = from.path();
    return out;
}

constexpr const char* exactlyOne =
    "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified";

template <class Spec>
Result<Attributes> attributesOf(const api::Kind& kind, const Spec& spec) {
    if (spec.has_resourceattributes() == spec.has_nonresourceattributes()) {
        const std::string field =
            spec.has_resourceattributes() ? "spec.nonResourceAttributes" : "spec.resourceAttributes";
        Cause cause{"FieldValueInvalid", exactlyOne, field};
        if (spec.has_resourceattributes())
            cause.message = "Invalid value: cannot be specified in combination with resourceAttributes";
        return fail(api::invalid(kind, "", {std::move(cause)}));
    }
    return spec.has_resourceattributes() ? attributesIn(spec.resourceattributes())
                                         : attributesIn(spec.nonresourceattributes());
}

Result<User> subjectOf(const api::Kind& kind, const authz::SubjectAccessReviewSpec& spec) {
    if (spec.user().empty() && spec.groups_size() == 0)
        return fail(api::invalid(
            kind, "",
            {{"FieldValueInvalid", "Invalid value: \"\": at least one of user or group must be specified",
              "spec.user"}}));
    User user;
    user.name = spec.user();
    user.uid = spec.uid();
    user.groups = textsIn(spec.groups());
    for (const auto& [key, values] : spec.extra())
        user.extra[key] = textsIn(values.items());
    return user;
}

void decide(Auth& auth, const User& user, const Attributes& attributes,
            authz::SubjectAccessReviewStatus& status) {
    const Verdict verdict = auth.authorize(user, attributes);
    status.Clear();
    status.set_allowed(verdict.decision == Decision::Allow);
    if (verdict.decision == Decision::Deny) status.set_denied(true);
    if (!verdict.reason.empty()) status.set_reason(verdict.reason);
}

Result<void> review(Auth& auth, const api::Kind& kind, authz::SubjectAccessReview& message) {
    auto attributes = attributesOf(kind, message.spec());
    if (!attributes) return fail(attributes.error());
    auto user = subjectOf(kind, message.spec());
    if (!user) return fail(user.error());
    decide(auth, *user, *attributes, *message.mutable_status());
    return {};
}

Result<void> review(Auth& auth, const api::Kind& kind, const std::string& nameSpace,
                    authz::LocalSubjectAccessReview& message) {
    if (!message.spec().has_resourceattributes() || message.spec().has_nonresourceattributes())
        return fail(api::invalid(
            kind, "",
            {{"FieldValueInvalid", "Invalid value: null: must be specified", "spec.resourceAttributes"}}));
    auto attributes = attributesIn(message.spec().resourceattributes());
    if (attributes.nameSpace != nameSpace)
        return fail(Reason::BadRequest,
                    fmt::format("spec.resourceAttributes.namespace must match namespace: {}", nameSpace));
    auto user = subjectOf(kind, message.spec());
    if (!user) return fail(user.error());
    decide(auth, *user, attributes, *message.mutable_status());
    return {};
}

Result<void> review(Auth& auth, const api::Kind& kind, const User& self,
                    authz::SelfSubjectAccessReview& message) {
    auto attributes = attributesOf(kind, message.spec());
    if (!attributes) return fail(attributes.error());
    decide(auth, self, *attributes, *message.mutable_status());
    return {};
}

template <class Strings>
void addTexts(const std::vector<std::string>& from, Strings* to) {
    for (const auto& each : from)
        *to->Add() = each;
}

Result<void> review(Auth& auth, const User& self, authz::SelfSubjectRulesReview& message) {
    if (message.spec().namespace_().empty()) return fail(Reason::BadRequest, "no namespace on request");
    RuleList list;
    auth.listRules(self, message.spec().namespace_(), list);
    auto& status = *message.mutable_status();
    status.Clear();
    for (const Rule& rule : list.rules) {
        if (rule.paths.empty()) {
            auto& out = *status.add_resourcerules();
            addTexts(rule.verbs, out.mutable_verbs());
            addTexts(rule.groups, out.mutable_apigroups());
            addTexts(rule.resources, out.mutable_resources());
            addTexts(rule.names, out.mutable_resourcenames());
        } else {
            auto& out = *status.add_nonresourcerules();
            addTexts(rule.verbs, out.mutable_verbs());
            addTexts(rule.paths, out.mutable_nonresourceurls());
        }
    }
    status.set_incomplete(list.incomplete);
    if (!list.error.empty()) status.set_evaluationerror(list.error);
    return {};
}

} // namespace

std::optional<Result<void>> answerAccessReview(Auth& auth, const api::Kind& kind,
                                               const std::string& nameSpace, const User& self,
                                               google::protobuf::Message& message) {
    if (&kind == &api::kindOf<authz::SubjectAccessReview>())
        return review(auth, kind, static_cast<authz::SubjectAccessReview&>(message));
    if (&kind == &api::kindOf<authz::LocalSubjectAccessReview>())
        return review(auth, kind, nameSpace, static_cast<authz::LocalSubjectAccessReview&>(message));
    if (&kind == &api::kindOf<authz::SelfSubjectAccessReview>())
        return review(auth, kind, self, static_cast<authz::SelfSubjectAccessReview&>(message));
    if (&kind == &api::kindOf<authz::SelfSubjectRulesReview>())
        return review(auth, self, static_cast<authz::SelfSubjectRulesReview&>(message));
    return std::nullopt;
}

} // namespace wheelhouse::apiserver::auth
