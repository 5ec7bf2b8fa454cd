#include "serviceaccount_token_controller.h"

#include "engine/api/groups/authentication.h"

#include <algorithm>

namespace wheelhouse::controllers {

namespace authn = api::authentication;

namespace {

constexpr const char* tokenType = "kubernetes.io/service-account-token";
constexpr const char* accountName = "kubernetes.io/service-account.name";
constexpr const char* accountUid = "kubernetes.io/service-account.uid";
constexpr const char* tokensOf = "tokens.account"; ///< index of Secrets: "namespace/account"
constexpr const char* secretPrefix = "secret:";
constexpr const char* accountPrefix = "account:";
/// As long as a token may live: it ends with its Secret.
constexpr std::int64_t lasting = std::int64_t{1} << 32;

std::string annotation(const core::Secret& secret, const char* name) {
    const auto found = secret.metadata().annotations().find(name);
    return found == secret.metadata().annotations().end() ? std::string() : found->second;
}

bool has(const core::Secret& secret, const char* key, const std::string& value = {}) {
    const auto found = secret.data().find(key);
    return found != secret.data().end() && !found->second.empty() &&
           (value.empty() || found->second == value);
}

} // namespace

ServiceAccountTokenController::ServiceAccountTokenController(const Deps& deps)
    : QueuedController(deps, "serviceaccount-token"),
      secrets_(watch<core::Secret>(
          {.onAdd = [this](const ObjectPtr& secret) { enqueue(secretPrefix + secret->key()); },
           .onUpdate = [this](const ObjectPtr&,
                              const ObjectPtr& secret) { enqueue(secretPrefix + secret->key()); },
           .onDelete = [this](const ObjectPtr& secret) { secretGone(secret); }})),
      accounts_(watch<core::ServiceAccount>(
          {.onAdd = [this](const ObjectPtr& account) { accountChanged(account); },
           .onDelete = [this](const ObjectPtr& account) { accountChanged(account); }})) {
    secrets_.addIndex(tokensOf, [](const ObjectPtr& object) {
        const auto secret = object->as<core::Secret>();
        return secret.type() == tokenType
                   ? std::vector<std::string>{object->nameSpace() + "/" + annotation(secret, accountName)}
                   : std::vector<std::string>();
    });
}

void ServiceAccountTokenController::secretGone(const ObjectPtr& object) {
    const auto secret = object->as<core::Secret>();
    if (secret.type() == tokenType)
        enqueue(accountPrefix + object->nameSpace() + "/" + annotation(secret, accountName));
}

void ServiceAccountTokenController::accountChanged(const ObjectPtr& account) {
    for (const ObjectPtr& secret : secrets_.byIndex(tokensOf, account->key()))
        enqueue(secretPrefix + secret->key());
}

Step ServiceAccountTokenController::reconcile(std::string key) {
    const std::string name = key.substr(key.find(':') + 1);
    if (key.starts_with(accountPrefix)) co_return co_await forget(name);
    const ObjectPtr object = secrets_.get(name);
    if (!object || object->deleting()) co_return Result<void>();
    auto secret = object->as<core::Secret>();
    if (secret.type() != tokenType || annotation(secret, accountName).empty()) co_return Result<void>();
    auto account = co_await accountOf(secret);
    if (!account) co_return fail(account.error());
    if (*account) co_return co_await fill(object, std::move(secret), *account);
    auto deleted = co_await api_.remove(object);
    co_return unlessGone(deleted);
}

client::Task<Result<ObjectPtr>> ServiceAccountTokenController::accountOf(core::Secret secret) {
    const std::string nameSpace = secret.metadata().namespace_();
    const std::string name = annotation(secret, accountName);
    const std::string uid = annotation(secret, accountUid);
    const auto same = [&](const ObjectPtr& account) { return uid.empty() || account->uid().value() == uid; };
    const ObjectPtr known = accounts_.get(nameSpace + "/" + name);
    if (known && same(known)) co_return known;
    auto live = co_await api_.get<core::ServiceAccount>(nameSpace, name);
    if (!live && live.error().reason != Reason::NotFound) co_return fail(live.error());
    co_return live&& same(*live) ? *live : ObjectPtr();
}

client::Task<Result<std::string>> ServiceAccountTokenController::tokenFor(ObjectPtr account,
                                                                          ObjectPtr secret) {
    authn::TokenRequest request;
    request.mutable_metadata()->set_name(account->name());
    request.mutable_metadata()->set_namespace_(account->nameSpace());
    request.mutable_spec()->set_expirationseconds(lasting);
    auto& bound = *request.mutable_spec()->mutable_boundobjectref();
    bound.set_apiversion("v1");
    bound.set_kind("Secret");
    bound.set_name(secret->name());
    bound.set_uid(secret->uid().value());
    client::WriteOptions options;
    options.subresource = "token";
    client::Call<client::Written> call(
        api_.creating(account->kind().name, account->nameSpace(), client::body(std::move(request)), options));
    auto asked = co_await call;
    if (!asked) co_return fail(asked.error());
    const auto* answer = dynamic_cast<const authn::TokenRequest*>(asked->answer.get());
    if (!answer || answer->status().token().empty())
        co_return fail(Reason::InternalError, "asked for a token, the server gave none");
    co_return answer->status().token();
}

Step ServiceAccountTokenController::fill(ObjectPtr object, core::Secret secret, ObjectPtr account) {
    const bool needsCa = !options_.caPem.empty() && !has(secret, "ca.crt", options_.caPem);
    if (!needsCa && has(secret, "namespace") && has(secret, "token")) co_return Result<void>();
    auto& data = *secret.mutable_data();
    if (!has(secret, "token")) {
        auto token = co_await tokenFor(account, object);
        if (!token) co_return fail(token.error());
        data["token"] = *token;
    }
    if (needsCa) data["ca.crt"] = options_.caPem;
    if (!has(secret, "namespace")) data["namespace"] = object->nameSpace();
    (*secret.mutable_metadata()->mutable_annotations())[accountUid] = account->uid().value();
    auto written = co_await api_.update(std::move(secret));
    co_return unlessGone(written);
}

Step ServiceAccountTokenController::forget(std::string accountKey) {
    const ObjectPtr object = accounts_.get(accountKey);
    if (!object || object->deleting()) co_return Result<void>();
    auto account = object->as<core::ServiceAccount>();
    auto& listed = *account.mutable_secrets();
    const auto first = std::remove_if(listed.begin(), listed.end(), [&](const core::ObjectReference& each) {
        return !secrets_.get(object->nameSpace() + "/" + each.name());
    });
    if (first == listed.end()) co_return Result<void>();
    listed.erase(first, listed.end());
    auto written = co_await api_.update(std::move(account));
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
