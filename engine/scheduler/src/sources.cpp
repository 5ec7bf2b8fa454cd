#include "sources.h"

#include "engine/api/groups/storage.h"

#include <algorithm>

namespace wheelhouse::scheduler {

namespace core = api::core;
namespace apps = api::apps;
namespace storage = api::storage;

Sources::Sources(client::Cluster& cluster, Executor& executor, ClusterCache& cache,
                 DisruptionBudgets& budgets, std::function<void(const Happening&)> happened)
    : cluster_(cluster), executor_(executor), cache_(cache), budgets_(budgets),
      happened_(std::move(happened)) {
    watchNodes();
    watchNamespaces();
    watchCompanions();
    watchVolumes();
    watch(
        api::kindOf<api::policy::PodDisruptionBudget>().name,
        [this](const api::ObjectPtr& object) { budgets_.put(object); },
        [this](const api::ObjectPtr& object) { budgets_.remove(object); });
}

void Sources::start() {
    for (const auto& informer : informers_)
        informer->start();
}

bool Sources::synced() const {
    return std::all_of(informers_.begin(), informers_.end(),
                       [](const auto& informer) { return informer->synced(); });
}

void Sources::watch(const client::ResourceName& resource, std::function<void(const api::ObjectPtr&)> put,
                    std::function<void(const api::ObjectPtr&)> gone) {
    auto informer = std::make_unique<client::Informer>(cluster_, executor_, resource);
    informer->addHandler(
        {put, [put](const api::ObjectPtr&, const api::ObjectPtr& object) { put(object); }, std::move(gone)});
    informers_.push_back(std::move(informer));
}

void Sources::watchNodes() {
    watch(
        api::kindOf<core::Node>().name,
        [this](const api::ObjectPtr& node) { happened_(cache_.putNode(node)); },
        [this](const api::ObjectPtr& node) { happened_(cache_.removeNode(node->name())); });
    nodes_ = informers_.back().get();
}

void Sources::watchNamespaces() {
    watch(
        api::kindOf<core::Namespace>().name,
        [this](const api::ObjectPtr& object) {
            happened_(cache_.setNamespace(object->name(), &object->labels()));
        },
        [this](const api::ObjectPtr& object) { happened_(cache_.setNamespace(object->name(), nullptr)); });
}

void Sources::watchCompanions() {
    // Who is spread among whom changed: every pod's scores may.
    const auto renew = [this] {
        if (selectorsSeen_ == cache_.defaultSelectors.version()) return;
        selectorsSeen_ = cache_.defaultSelectors.version();
        cache_.beginEpoch();
    };
    for (const auto& resource :
         {api::kindOf<core::Service>().name, api::kindOf<core::ReplicationController>().name,
          api::kindOf<apps::ReplicaSet>().name, api::kindOf<apps::StatefulSet>().name}) {
        watch(
            resource,
            [this, renew](const api::ObjectPtr& object) {
                cache_.defaultSelectors.put(object);
                renew();
            },
            [this, renew](const api::ObjectPtr& object) {
                cache_.defaultSelectors.remove(object);
                renew();
            });
    }
}

void Sources::watchVolumes() {
    const Happening claims{events::claims, nullptr, nullptr, std::nullopt};
    for (const auto& resource :
         {api::kindOf<core::PersistentVolumeClaim>().name, api::kindOf<core::PersistentVolume>().name,
          api::kindOf<storage::StorageClass>().name, api::kindOf<storage::CSINode>().name,
          api::kindOf<storage::CSIDriver>().name, api::kindOf<storage::CSIStorageCapacity>().name}) {
        watch(
            resource,
            [this, claims](const api::ObjectPtr& object) {
                if (cache_.volumes.put(object)) happened_(claims);
            },
            [this, claims](const api::ObjectPtr& object) {
                cache_.volumes.remove(object);
                happened_(claims);
            });
    }
}

} // namespace wheelhouse::scheduler
