#include "resourcequota_controller.h"

#include "engine/api/groups/batch.h"
#include "engine/api/usage.h"

#include <algorithm>

namespace wheelhouse::controllers {

namespace {

constexpr Duration together = std::chrono::milliseconds(200);
/// Until the objects of a kind that was just asked for are known, or the kind itself is.
constexpr Duration untilKnown = std::chrono::milliseconds(200);
constexpr Duration untilThere = std::chrono::seconds(5);

std::string countName(const client::ResourceName& resource) {
    return "count/" + resource.resource + (resource.group.empty() ? "" : "." + resource.group);
}

/// What quotas can count here.
std::vector<const api::Kind*> countedKinds() {
    return {&api::kindOf<core::Pod>(),
            &api::kindOf<core::Service>(),
            &api::kindOf<core::ConfigMap>(),
            &api::kindOf<core::Secret>(),
            &api::kindOf<core::PersistentVolumeClaim>(),
            &api::kindOf<core::ReplicationController>(),
            &api::kindOf<apps::Deployment>(),
            &api::kindOf<apps::ReplicaSet>(),
            &api::kindOf<apps::StatefulSet>(),
            &api::kindOf<apps::DaemonSet>(),
            &api::kindOf<api::batch::Job>(),
            &api::kindOf<api::batch::CronJob>()};
}

} // namespace

ResourceQuotaController::ResourceQuotaController(const Deps& deps)
    : QueuedController(deps, "resourcequota"), quotas_(watch<core::ResourceQuota>(enqueueSelf())) {
    indexByNamespace(quotas_);
    for (const api::Kind* kind : countedKinds()) {
        client::Informer& informer =
            watch(kind->name, onAny([this](const ObjectPtr& object) { contentChanged(object); }));
        indexByNamespace(informer);
        content_.push_back(&informer);
        known_.insert(countName(kind->name));
    }
    known_.insert(countName(api::kindOf<core::ResourceQuota>().name));
}

void ResourceQuotaController::contentChanged(const ObjectPtr& object) {
    for (const ObjectPtr& quota : quotas_.byIndex(byNamespace, object->nameSpace()))
        enqueueAfter(quota->key(), together);
}

client::Task<Result<bool>> ResourceQuotaController::follow(std::string counted) {
    if (known_.contains(counted)) co_return true;
    if (const auto asked = asked_.find(counted); asked != asked_.end()) co_return asked->second->synced();
    client::Call<std::vector<client::ResourceInfo>> call(
        [cluster = &api_.cluster()](client::Callback<std::vector<client::ResourceInfo>> done) {
            cluster->discover(std::move(done));
        });
    auto found = co_await call;
    if (!found) co_return fail(found.error());
    for (const client::ResourceInfo& info : *found) {
        const bool watched = std::find(info.verbs.begin(), info.verbs.end(), "watch") != info.verbs.end();
        if (!info.namespaced || !watched || countName(info.name) != counted) continue;
        auto& informer = asked_[counted];
        if (informer) break; // another quota asked meanwhile
        informer = std::make_unique<client::Informer>(api_.cluster(), executor_, info.name);
        indexByNamespace(*informer);
        informer->addHandler(onAny([this](const ObjectPtr& object) { contentChanged(object); }));
        informer->start();
        break;
    }
    co_return false;
}

Step ResourceQuotaController::reconcile(std::string key) {
    const ObjectPtr object = quotas_.get(key);
    if (!object || object->deleting()) co_return Result<void>();
    auto quota = object->as<core::ResourceQuota>();
    const api::Amounts hard = api::amountsOf(quota.spec().hard());
    api::Amounts used;
    for (const auto& [name, amount] : hard)
        used.emplace(name, api::Quantity());
    const auto count = [&](const ObjectPtr& each) {
        const auto message = each->message();
        if (!api::quotaCovers(quota.spec(), each->kind(), *message)) return;
        for (const auto& [name, amount] : api::limitedPart(api::quotaUsage(each->kind(), *message), hard))
            used[name] = used[name] + amount;
    };
    for (const auto& [name, amount] : hard) {
        if (!name.starts_with("count/")) continue;
        auto followed = co_await follow(name);
        if (!followed) co_return fail(followed.error());
        if (!*followed) enqueueAfter(key, asked_.contains(name) ? untilKnown : untilThere);
    }
    for (const auto& [name, informer] : asked_)
        if (hard.contains(name))
            for (const ObjectPtr& each : informer->byIndex(byNamespace, object->nameSpace()))
                count(each);
    for (client::Informer* informer : content_)
        for (const ObjectPtr& each : informer->byIndex(byNamespace, object->nameSpace()))
            count(each);
    for (const ObjectPtr& each : quotas_.byIndex(byNamespace, object->nameSpace()))
        count(each);
    if (api::amountsOf(quota.status().hard()) == hard && api::amountsOf(quota.status().used()) == used)
        co_return Result<void>();
    api::writeAmounts(hard, *quota.mutable_status()->mutable_hard());
    api::writeAmounts(used, *quota.mutable_status()->mutable_used());
    auto written = co_await api_.updateStatus(std::move(quota));
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
