#include "claims.h"

#include "engine/api/codec.h"
#include "engine/api/selector.h"
#include "engine/client/metadata.h"
#include "engine/controllers/queued_controller.h"

#include <fmt/format.h>

namespace wheelhouse::controllers {

namespace {

/// As a member of a patch's metadata that follows others.
std::string finalizers(const char* key, const std::string& finalizer) {
    return finalizer.empty() ? std::string() : fmt::format(R"(,"{}":["{}"])", key, finalizer);
}

Step release(client::Api api, ObjectPtr owner, ObjectPtr object, std::string finalizer) {
    const std::string patch =
        fmt::format(R"({{"metadata":{{"uid":"{}","ownerReferences":[{{"$patch":"delete","uid":"{}"}}]{}}}}})",
                    object->uid().value(), owner->uid().value(),
                    finalizers("$deleteFromPrimitiveList/finalizers", finalizer));
    auto released = co_await api.patch(object->kind().name, object->nameSpace(), object->name(),
                                       api::PatchType::Strategic, patch);
    co_return unlessGone(released);
}

Step verify(client::Api api, ObjectPtr owner) {
    auto live = co_await api.get(owner->kind().name, owner->nameSpace(), owner->name());
    if (!live) co_return fail(live.error());
    if ((*live)->uid() != owner->uid() || (*live)->deleting())
        co_return fail(Reason::Conflict, fmt::format("the {} was deleted while it looked for what is its own",
                                                     owner->kind().kind));
    co_return Result<void>();
}

client::Task<Result<client::Written>> adopt(client::Api api, ObjectPtr owner, ObjectPtr object,
                                            std::string finalizer) {
    const std::string patch = fmt::format(
        R"({{"metadata":{{"uid":"{}","ownerReferences":[{}]{}}}}})", object->uid().value(),
        api::encodeJson(client::controllerReference(*owner)), finalizers("finalizers", finalizer));
    auto adopted = co_await api.patch(object->kind().name, object->nameSpace(), object->name(),
                                      api::PatchType::Strategic, patch);
    co_return adopted;
}

} // namespace

Claim::Test matchingLabels(const meta::LabelSelector& selector) {
    auto parsed = api::LabelSelector::from(selector);
    if (!parsed || parsed->empty()) return [](const ObjectPtr&) { return false; };
    return
        [labels = std::move(*parsed)](const ObjectPtr& object) { return labels.matches(object->labels()); };
}

client::Task<Result<std::vector<ObjectPtr>>> claim(client::Api api, Claim claim, std::vector<ObjectPtr> owned,
                                                   std::vector<ObjectPtr> orphans) {
    std::vector<ObjectPtr> mine;
    for (const ObjectPtr& object : owned) {
        if (claim.matches(object)) {
            mine.push_back(object);
            continue;
        }
        if (claim.owner->deleting() || object->deleting()) continue;
        auto released = co_await release(api, claim.owner, object, claim.finalizer);
        if (!released) co_return fail(released.error());
    }
    if (claim.owner->deleting()) co_return mine;
    bool verified = false;
    for (const ObjectPtr& object : orphans) {
        if (object->deleting() || !claim.matches(object)) continue;
        if (claim.mayAdopt && !claim.mayAdopt(object)) continue;
        if (!verified) {
            auto live = co_await verify(api, claim.owner);
            if (!live) co_return fail(live.error());
            verified = true;
        }
        auto adopted = co_await adopt(api, claim.owner, object, claim.finalizer);
        if (!adopted && adopted.error().reason == Reason::NotFound) continue;
        if (!adopted) co_return fail(adopted.error());
        mine.push_back(adopted->object);
    }
    co_return mine;
}

} // namespace wheelhouse::controllers
