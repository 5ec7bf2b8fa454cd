#include "auth/auth.h"
#include "auth/node_authorizer.h"
#include "auth/rbac_messages.h"
#include "auth/reviews.h"
#include "engine/api/groups/authentication.h"
#include "engine/api/semantics.h"
#include "engine/api/time.h"
#include "errors.h"
#include "metadata.h"

#include <fmt/format.h>

namespace wheelhouse::apiserver::auth {
namespace {

namespace authn = api::authentication;

constexpr std::int64_t defaultSeconds = 3600;
constexpr std::int64_t leastSeconds = 600;
constexpr std::int64_t mostSeconds = std::int64_t{1} << 32;
/// The token of the volume every pod has asks for an hour and seven seconds, by which it is known: it lives
/// for a year, and after the time it asked for its use is a sign that the file is not read again.
constexpr std::int64_t podVolumeSeconds = 3607;
constexpr std::int64_t extendedSeconds = std::int64_t{24} * 365 * 3600;

Result<void> checkSpec(const std::string& account, const authn::TokenRequestSpec& spec) {
    std::vector<Cause> causes;
    if (spec.expirationseconds() < leastSeconds)
        causes.push_back({"FieldValueInvalid",
                          fmt::format("Invalid value: {}: may not specify a duration less than 10 minutes",
                                      spec.expirationseconds()),
                          "spec.expirationSeconds"});
    if (spec.expirationseconds() > mostSeconds)
        causes.push_back(
            {"FieldValueInvalid",
             fmt::format("Invalid value: {}: may not specify a duration larger than 2^32 seconds",
                         spec.expirationseconds()),
             "spec.expirationSeconds"});
    if (causes.empty()) return {};
    Status status;
    status.reason = Reason::Invalid;
    status.group = "authentication.k8s.io";
    status.kind = "TokenRequest";
    status.name = account;
    status.message = fmt::format("TokenRequest.authentication.k8s.io \"{}\" is invalid: {}: {}", account,
                                 causes[0].field, causes[0].message);
    status.causes = std::move(causes);
    return fail(std::move(status));
}

template <class M>
Result<api::ObjectPtr> boundObject(Core& core, const std::string& nameSpace,
                                   const authn::BoundObjectReference& reference) {
    const api::Kind& kind = api::kindOf<M>();
    api::ObjectPtr object = core.store.newest({&kind, keyOf(kind, nameSpace, reference.name())});
    if (!object) return fail(notFound(kind, reference.name()));
    if (reference.uid().empty() || reference.uid() == object->uid().value()) return object;
    Status status = conflict(
        kind, reference.name(),
        fmt::format("the UID in the bound object reference ({}) does not match the UID in record. The object "
                    "might have been deleted and then recreated",
                    reference.uid()));
    status.kind = kind.kind;
    status.message = fmt::format("Operation cannot be fulfilled on {} \"{}\": the UID in the bound object "
                                 "reference ({}) does not match "
                                 "the UID in record. The object might have been deleted and then recreated",
                                 kind.kind, reference.name(), reference.uid());
    return fail(std::move(status));
}

TokenSubject subjectOf(const api::Object& object) {
    return {object.name(), object.uid().value()};
}

Result<void> bindToPod(Core& core, const WriteRequest& request, const api::ObjectPtr& object,
                       TokenClaims& claims) {
    const auto pod = object->as<api::core::Pod>();
    if (pod.spec().serviceaccountname() != request.name)
        return fail(Reason::BadRequest,
                    fmt::format("cannot bind token for serviceaccount \"{}\" to pod running with "
                                "different serviceaccount name.",
                                request.name));
    claims.pod = subjectOf(*object);
    if (pod.spec().nodename().empty()) return {};
    claims.node.name = pod.spec().nodename();
    if (const auto node = core.store.newest({&api::kindOf<api::core::Node>(), claims.node.name}))
        claims.node = subjectOf(*node);
    return {};
}

/// Ties the token to what the request names.
Result<void> bindTo(Core& core, const WriteRequest& request, const authn::BoundObjectReference& reference,
                    TokenClaims& claims) {
    const bool ofCore = reference.apiversion().empty() || reference.apiversion() == "v1";
    if (ofCore && reference.kind() == "Pod") {
        auto object = boundObject<api::core::Pod>(core, request.nameSpace, reference);
        if (!object) return fail(object.error());
        return bindToPod(core, request, *object, claims);
    }
    if (ofCore && reference.kind() == "Secret") {
        auto object = boundObject<api::core::Secret>(core, request.nameSpace, reference);
        if (!object) return fail(object.error());
        claims.secret = subjectOf(**object);
        return {};
    }
    if (ofCore && reference.kind() == "Node") {
        auto object = boundObject<api::core::Node>(core, "", reference);
        if (!object) return fail(object.error());
        claims.node = subjectOf(**object);
        return {};
    }
    return fail(Reason::BadRequest, fmt::format("cannot bind token to object of type {}, Kind={}",
                                                reference.apiversion(), reference.kind()));
}

/// A node gets tokens for the pods it runs, and only bound to them.
Result<void> checkNode(const WriteRequest& request, const authn::TokenRequestSpec& spec,
                       const TokenClaims& claims) {
    const auto node = nodeOf(request.user);
    if (!node) return {};
    const auto refuse = [&](const std::string& why) {
        return fail(forbidden(*request.kind, request.name, why));
    };
    if (!spec.has_boundobjectref()) return refuse("node requested token not bound to a pod");
    const auto& reference = spec.boundobjectref();
    if (reference.kind() != "Pod") return refuse("node requested token not bound to a pod");
    if (reference.uid().empty()) return refuse("node requested token with a pod binding without a uid");
    if (claims.node.name != *node)
        return refuse("node requested token bound to a pod scheduled on a different node");
    return {};
}

} // namespace

const google::protobuf::Descriptor* tokenRequestType() {
    return authn::TokenRequest::descriptor();
}

void requestToken(Core& core, WriteRequest request, Done done) {
    auto& asked = static_cast<authn::TokenRequest&>(*request.message);
    const api::ObjectPtr account =
        core.store.newest({request.kind, keyOf(*request.kind, request.nameSpace, request.name)});
    if (!account) return done(fail(notFound(*request.kind, request.name)));
    if (!asked.metadata().name().empty() && asked.metadata().name() != request.name)
        return done(fail(Reason::BadRequest,
                         fmt::format("the name of the object ({}) does not match the name on the URL ({})",
                                     asked.metadata().name(), request.name)));
    auto& spec = *asked.mutable_spec();
    if (!spec.has_expirationseconds()) spec.set_expirationseconds(defaultSeconds);
    if (auto checked = checkSpec(request.name, spec); !checked) return done(fail(checked.error()));
    TokenClaims claims;
    claims.nameSpace = request.nameSpace;
    claims.account = subjectOf(*account);
    if (spec.has_boundobjectref())
        if (auto bound = bindTo(core, request, spec.boundobjectref(), claims); !bound)
            return done(fail(bound.error()));
    if (auto checked = checkNode(request, spec, claims); !checked) return done(fail(checked.error()));
    const ServiceAccountTokens& tokens = core.auth->tokens();
    if (spec.audiences_size() == 0) spec.add_audiences(tokens.issuer());
    claims.audiences = textsIn(spec.audiences());
    claims.subject = serviceAccountUser(request.nameSpace, request.name);
    claims.id = makeUuid(core.random);
    const WallTime now = core.control.clock().wallNow();
    claims.issuedAt = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    claims.notBefore = claims.issuedAt;
    std::int64_t lifetime = spec.expirationseconds();
    const bool forApi = claims.audiences.size() == 1 && claims.audiences[0] == tokens.issuer();
    if (forApi && lifetime == podVolumeSeconds && !claims.pod.empty()) {
        claims.warnAfter = claims.issuedAt + lifetime;
        lifetime = extendedSeconds;
    }
    claims.expiry = claims.issuedAt + lifetime;

    auto token = tokens.sign(claims);
    if (!token) return done(fail(token.error()));
    asked.mutable_metadata()->set_name(request.name);
    asked.mutable_metadata()->set_namespace_(request.nameSpace);
    *asked.mutable_metadata()->mutable_creationtimestamp() = api::toTime(now);
    asked.mutable_status()->set_token(request.dryRun ? std::string() : std::move(*token));
    // Clients renew by the time they asked for, whatever longer the token lives.
    *asked.mutable_status()->mutable_expirationtimestamp() =
        api::toTime(now + std::chrono::seconds(spec.expirationseconds()));
    Outcome outcome;
    outcome.answer = std::move(request.message);
    outcome.answerVersion = "authentication.k8s.io/v1";
    outcome.answerKind = "TokenRequest";
    outcome.created = true;
    outcome.warnings = std::move(request.warnings);
    done(std::move(outcome));
}

} // namespace wheelhouse::apiserver::auth
