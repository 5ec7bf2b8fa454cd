#include "feeds.h"

#include "engine/api/groups/storage.h"

namespace wheelhouse::scheduler {

namespace core = api::core;
namespace apps = api::apps;
namespace storage = api::storage;

namespace {

const Happening nothing{};

void addNodes(ClusterCache& cache, std::vector<Feed>& out) {
    out.push_back({api::kindOf<core::Node>().name,
                   [&cache](const api::ObjectPtr& node) { return cache.putNode(node); },
                   [&cache](const api::ObjectPtr& node) { return cache.removeNode(node->name()); }});
    out.push_back(
        {api::kindOf<core::Namespace>().name,
         [&cache](const api::ObjectPtr& object) {
             return cache.setNamespace(object->name(), &object->labels());
         },
         [&cache](const api::ObjectPtr& object) { return cache.setNamespace(object->name(), nullptr); }});
}

/// Who is spread among whom: when that changes, every pod's scores may.
void addCompanions(ClusterCache& cache, std::vector<Feed>& out) {
    const auto renewing = [&cache](void (DefaultSelectors::*change)(const api::ObjectPtr&)) {
        return [&cache, change](const api::ObjectPtr& object) {
            const std::uint64_t before = cache.defaultSelectors.version();
            (cache.defaultSelectors.*change)(object);
            if (cache.defaultSelectors.version() != before) cache.beginEpoch();
            return nothing;
        };
    };
    for (const auto& resource :
         {api::kindOf<core::Service>().name, api::kindOf<core::ReplicationController>().name,
          api::kindOf<apps::ReplicaSet>().name, api::kindOf<apps::StatefulSet>().name})
        out.push_back({resource, renewing(&DefaultSelectors::put), renewing(&DefaultSelectors::remove)});
}

void addVolumes(ClusterCache& cache, std::vector<Feed>& out) {
    const Happening claims{events::claims, nullptr, nullptr, std::nullopt};
    for (const auto& resource :
         {api::kindOf<core::PersistentVolumeClaim>().name, api::kindOf<core::PersistentVolume>().name,
          api::kindOf<storage::StorageClass>().name, api::kindOf<storage::CSINode>().name,
          api::kindOf<storage::CSIDriver>().name, api::kindOf<storage::CSIStorageCapacity>().name}) {
        out.push_back({resource,
                       [&cache, claims](const api::ObjectPtr& object) {
                           return cache.volumes.put(object) ? claims : nothing;
                       },
                       [&cache, claims](const api::ObjectPtr& object) {
                           cache.volumes.remove(object);
                           return claims;
                       }});
    }
}

/// What keeps what it is told and has nothing to say to pods that wait.
template <class M, class Keeper>
Feed quiet(Keeper& keeper) {
    return {api::kindOf<M>().name,
            [&keeper](const api::ObjectPtr& object) {
                keeper.put(object);
                return nothing;
            },
            [&keeper](const api::ObjectPtr& object) {
                keeper.remove(object);
                return nothing;
            }};
}

} // namespace

std::vector<Feed> feedsOf(ClusterCache& cache, DisruptionBudgets& budgets, PodAdmission& admission) {
    std::vector<Feed> out;
    addNodes(cache, out);
    addCompanions(cache, out);
    addVolumes(cache, out);
    out.push_back(quiet<api::policy::PodDisruptionBudget>(budgets));
    out.push_back(quiet<api::scheduling::PriorityClass>(admission));
    out.push_back(quiet<api::nodeclasses::RuntimeClass>(admission));
    out.push_back(quiet<core::LimitRange>(admission));
    return out;
}

} // namespace wheelhouse::scheduler
