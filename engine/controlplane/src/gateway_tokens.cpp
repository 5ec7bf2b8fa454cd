#include "gateway_tokens.h"

#include "engine/base/log.h"
#include "engine/nodelink/token_name.h"

#include <algorithm>
#include <utility>

namespace wheelhouse::controlplane {

namespace {

constexpr Duration tryAgain = std::chrono::seconds(5);
/// A token is renewed after most of its life, and in any case once a day.
constexpr Duration longestUse = std::chrono::hours(24);

Duration usefulFor(std::int64_t seconds) {
    return std::min<Duration>(std::chrono::seconds(std::min<std::int64_t>(seconds, 365 * 86'400)) * 4 / 5,
                              longestUse);
}

} // namespace

GatewayTokens::GatewayTokens(Source source, Executor& executor, Ready ready)
    : source_(std::move(source)), executor_(executor), ready_(std::move(ready)) {}

void GatewayTokens::want(const ObjectName& name) {
    request(name, tokens_[name]);
}

void GatewayTokens::request(const ObjectName& name, Token& token) {
    const auto wanted = nodelink::TokenName::parse(name.name);
    if (!wanted || !source_ || std::exchange(token.asked, true)) return;
    Request body;
    body.mutable_metadata()->set_name(wanted->account);
    body.mutable_spec()->set_expirationseconds(wanted->seconds);
    if (!wanted->audience.empty()) body.mutable_spec()->add_audiences(wanted->audience);
    auto& bound = *body.mutable_spec()->mutable_boundobjectref();
    bound.set_apiversion("v1");
    bound.set_kind("Pod");
    bound.set_name(wanted->pod);
    bound.set_uid(wanted->podUid);
    source_(name.nameSpace, std::move(body),
            [this, name, life = std::weak_ptr(life_)](const Result<Request>& answer) {
                if (!life.expired()) answered(name, answer);
            });
}

void GatewayTokens::answered(const ObjectName& name, const Result<Request>& answer) {
    const auto it = tokens_.find(name);
    if (it == tokens_.end()) return; // its pod has gone meanwhile
    Token& token = it->second;
    token.asked = false;
    const auto again = [this, &name = it->first, &token] {
        request(name, token);
    }; // they stay where they are
    if (!answer) {
        // An account that is not there yet, or a pod that is going, is nothing to speak of.
        if (answer.error().reason != Reason::NotFound)
            log::warning("gateway", "no token for a pod of {}: {}", name.nameSpace, answer.error().message);
        return token.next.start(executor_, tryAgain, again);
    }
    token.next.start(executor_, usefulFor(answer->spec().expirationseconds()), again);
    ready_(name, answer->status().token());
}

void GatewayTokens::forgetPod(const std::string& nameSpace, const std::string& podUid) {
    const ObjectName first{nodelink::tokenKind, nameSpace, podUid + "/"};
    for (auto it = tokens_.lower_bound(first); it != tokens_.end() && it->first.kind == first.kind &&
                                               it->first.nameSpace == nameSpace &&
                                               it->first.name.starts_with(first.name);)
        it = tokens_.erase(it);
}

} // namespace wheelhouse::controlplane
