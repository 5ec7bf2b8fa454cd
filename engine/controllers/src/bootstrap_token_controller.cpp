#include "bootstrap_token_controller.h"

#include "digest.h"
#include "engine/base/base64url.h"

#include <fmt/format.h>
#include <optional>

namespace wheelhouse::controllers {

namespace {

constexpr const char* tokenType = "bootstrap.kubernetes.io/token";
constexpr const char* tokenHome = "kube-system";
constexpr std::string_view tokenPrefix = "bootstrap-token-";
constexpr const char* infoHome = "kube-public";
constexpr const char* infoName = "cluster-info";
constexpr const char* signedKey = "kubeconfig";
constexpr std::string_view signaturePrefix = "jws-kubeconfig-";
constexpr const char* signing = "cluster-info";

bool isToken(const ObjectPtr& object) {
    return object->nameSpace() == tokenHome && object->name().starts_with(tokenPrefix);
}

bool isInfo(const ObjectPtr& object) {
    return object->nameSpace() == infoHome && object->name() == infoName;
}

std::string valueOf(const core::Secret& secret, const char* key) {
    const auto found = secret.data().find(key);
    return found == secret.data().end() ? std::string() : found->second;
}

/// When a token ends; nothing when it does not say.
std::optional<WallTime> endOfToken(const core::Secret& secret) {
    const std::string text = valueOf(secret, "expiration");
    if (text.empty()) return std::nullopt;
    const auto parsed = api::parseTime(text);
    return parsed ? std::optional<WallTime>(*parsed) : std::nullopt;
}

/// A signature apart from its text, as RFC 7515 (appendix F) has it.
std::string detachedSignature(const std::string& content, const std::string& id, const std::string& secret) {
    const std::string header = encodeBase64Url(fmt::format(R"({{"alg":"HS256","kid":"{}"}})", id));
    const std::string signature = hmacSha256(secret, header + "." + encodeBase64Url(content));
    return header + ".." + encodeBase64Url(signature);
}

} // namespace

BootstrapSigner::BootstrapSigner(const Deps& deps)
    : QueuedController(deps, "bootstrap-signer"),
      secrets_(watch<core::Secret>(onAny([this](const auto& secret) {
          if (isToken(secret)) enqueue(signing);
      }))),
      configMaps_(watch<core::ConfigMap>(onAny([this](const ObjectPtr& map) {
          if (isInfo(map)) enqueue(signing);
      }))) {
    indexByNamespace(secrets_);
}

void BootstrapSigner::started() {
    enqueue(signing);
}

std::map<std::string, std::string> BootstrapSigner::signingTokens() {
    std::map<std::string, std::string> tokens;
    for (const ObjectPtr& object : secrets_.byIndex(byNamespace, tokenHome)) {
        if (!isToken(object) || object->deleting()) continue;
        const auto secret = object->as<core::Secret>();
        const std::string id = valueOf(secret, "token-id");
        if (secret.type() != tokenType || id != object->name().substr(tokenPrefix.size())) continue;
        if (valueOf(secret, "usage-bootstrap-signing") != "true") continue;
        const auto end = endOfToken(secret);
        if (end && *end <= wallNow()) continue;
        if (end) enqueueAfter(signing, *end - wallNow());
        if (const std::string word = valueOf(secret, "token-secret"); !word.empty()) tokens.emplace(id, word);
    }
    return tokens;
}

Step BootstrapSigner::makeInfo() {
    if (options_.serverUrl.empty() || options_.caPem.empty()) co_return Result<void>();
    core::ConfigMap info;
    info.mutable_metadata()->set_namespace_(infoHome);
    info.mutable_metadata()->set_name(infoName);
    (*info.mutable_data())[signedKey] = fmt::format("apiVersion: v1\n"
                                                    "clusters:\n"
                                                    "- cluster:\n"
                                                    "    certificate-authority-data: {}\n"
                                                    "    server: {}\n"
                                                    "  name: \"\"\n"
                                                    "contexts: null\n"
                                                    "current-context: \"\"\n"
                                                    "kind: Config\n"
                                                    "preferences: {{}}\n"
                                                    "users: null\n",
                                                    base64(options_.caPem), options_.serverUrl);
    auto made = co_await api_.create(std::move(info));
    if (made || made.error().reason == Reason::AlreadyExists) co_return Result<void>();
    co_return fail(made.error());
}

Step BootstrapSigner::reconcile(std::string) {
    const ObjectPtr object = configMaps_.get(fmt::format("{}/{}", infoHome, infoName));
    if (!object) co_return co_await makeInfo();
    auto info = object->as<core::ConfigMap>();
    const auto content = info.data().find(signedKey);
    if (content == info.data().end()) co_return Result<void>();
    std::map<std::string, std::string> wanted;
    for (const auto& [id, word] : signingTokens())
        wanted.emplace(std::string(signaturePrefix) + id, detachedSignature(content->second, id, word));
    std::map<std::string, std::string> present;
    for (const auto& [key, value] : info.data())
        if (key.starts_with(signaturePrefix)) present.emplace(key, value);
    if (present == wanted) co_return Result<void>();
    for (const auto& [key, value] : present)
        info.mutable_data()->erase(key);
    for (const auto& [key, value] : wanted)
        (*info.mutable_data())[key] = value;
    auto written = co_await api_.update(std::move(info));
    co_return unlessGone(written);
}

BootstrapTokenCleaner::BootstrapTokenCleaner(const Deps& deps)
    : QueuedController(deps, "token-cleaner"),
      secrets_(watch<core::Secret>({.onAdd =
                                        [this](const ObjectPtr& secret) {
                                            if (isToken(secret)) enqueue(secret->key());
                                        },
                                    .onUpdate =
                                        [this](const ObjectPtr&, const ObjectPtr& secret) {
                                            if (isToken(secret)) enqueue(secret->key());
                                        }})) {}

Step BootstrapTokenCleaner::reconcile(std::string key) {
    const ObjectPtr object = secrets_.get(key);
    if (!object || object->deleting()) co_return Result<void>();
    const auto secret = object->as<core::Secret>();
    const auto end = endOfToken(secret);
    if (secret.type() != tokenType || !end) co_return Result<void>();
    if (wallNow() < *end) {
        enqueueAfter(key, *end - wallNow());
        co_return Result<void>();
    }
    auto deleted = co_await api_.remove(object);
    co_return unlessGone(deleted);
}

} // namespace wheelhouse::controllers
