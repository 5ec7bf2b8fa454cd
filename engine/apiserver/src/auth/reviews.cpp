#include "auth/reviews.h"

#include "auth/access_reviews.h"
#include "auth/rbac_messages.h"
#include "auth/reader.h"
#include "engine/api/groups/authentication.h"
#include "engine/api/semantics.h"
#include "engine/api/time.h"
#include "errors.h"
#include "metadata.h"

#include <fmt/format.h>

namespace wheelhouse::apiserver::auth {
namespace {

namespace authn = api::authentication;
using google::protobuf::Message;

void describe(const User& user, authn::UserInfo& out) {
    out.set_username(user.name);
    if (!user.uid.empty()) out.set_uid(user.uid);
    for (const auto& group : user.groups)
        out.add_groups(group);
    for (const auto& [key, values] : user.extra)
        for (const auto& value : values)
            (*out.mutable_extra())[key].add_items(value);
}

Result<void> reviewToken(Core& core, authn::TokenReview& review) {
    if (review.spec().token().empty())
        return fail(Reason::BadRequest, "token is required for TokenReview in authentication");
    const Auth& auth = *core.auth;
    const Credentials credentials = auth.inspectToken(review.spec().token());
    const auto wanted = textsIn(review.spec().audiences());
    auto& status = *review.mutable_status();
    status.Clear();
    Result<User> user = fail(Reason::Unauthorized, "");
    if (credentials.claims) {
        user = auth.tokens().holder(*credentials.claims, wanted);
        if (user) {
            user->groups.emplace_back("system:authenticated");
            for (const auto& audience : auth.tokens().commonAudiences(*credentials.claims, wanted))
                status.add_audiences(audience);
        }
    } else
        user = auth.authenticate(credentials);
    if (!user) {
        status.Clear();
        status.set_error(credentials.claims ? fmt::format("[invalid bearer token, {}]", user.error().message)
                                            : std::string("invalid bearer token"));
        return {};
    }
    status.set_authenticated(true);
    describe(*user, *status.mutable_user());
    return {};
}

Result<void> fillIn(Core& core, WriteRequest& request) {
    Message& message = *request.message;
    if (request.kind == &api::kindOf<authn::TokenReview>())
        return reviewToken(core, static_cast<authn::TokenReview&>(message));
    if (request.kind == &api::kindOf<authn::SelfSubjectReview>()) {
        auto& review = static_cast<authn::SelfSubjectReview&>(message);
        review.mutable_status()->Clear();
        describe(request.user, *review.mutable_status()->mutable_userinfo());
        return {};
    }
    if (auto answered =
            answerAccessReview(*core.auth, *request.kind, request.nameSpace, request.user, message))
        return *answered;
    return fail(Reason::ServiceUnavailable,
                qualifiedName(*request.kind) + " cannot be answered at the moment: who knows is not running");
}

Outcome answered(Core& core, const api::Kind& kind, std::shared_ptr<Message> message,
                 std::vector<std::string> warnings) {
    *metadataOf(*message).mutable_creationtimestamp() = api::toTime(core.dates.wallNow());
    Outcome outcome;
    outcome.answer = std::move(message);
    outcome.answerVersion = kind.apiVersion();
    outcome.answerKind = kind.kind;
    outcome.created = true;
    outcome.warnings = std::move(warnings);
    return outcome;
}

void askElsewhere(Core& core, const Answerer& answerer, WriteRequest request, Done done) {
    api::applyDefaults(*request.message);
    metadataOf(*request.message).set_namespace_(request.nameSpace);
    auto reader = readerFor(core.auth, request.user);
    Question question{std::move(request.message), std::move(request.nameSpace), std::move(request.user),
                      std::move(reader)};
    answerer(std::move(question),
             [weak = core.weak_from_this(), &kind = *request.kind, warnings = std::move(request.warnings),
              done = std::move(done)](Result<std::shared_ptr<Message>> answer) {
                 if (!answer) return done(fail(answer.error()));
                 if (const auto alive = weak.lock())
                     done(answered(*alive, kind, std::move(*answer), warnings));
             });
}

} // namespace

bool isReview(const api::Kind& kind) {
    return !kind.listDescriptor;
}

void answerReview(Core& core, WriteRequest request, Done done) {
    auto& metadata = metadataOf(*request.message);
    if (!metadata.name().empty() || !metadata.namespace_().empty()) {
        const bool local = request.kind->namespaced && metadata.namespace_() == request.nameSpace;
        if (!metadata.name().empty() || !local)
            return done(fail(api::invalid(
                *request.kind, metadata.name(),
                {{"FieldValueInvalid", "Invalid value: must be empty except for namespace", "metadata"}})));
    }
    if (const Answerer* answerer = core.answerers.find(*request.kind))
        return askElsewhere(core, *answerer, std::move(request), std::move(done));
    if (auto filled = fillIn(core, request); !filled) return done(fail(filled.error()));
    done(answered(core, *request.kind, std::move(request.message), std::move(request.warnings)));
}

} // namespace wheelhouse::apiserver::auth
