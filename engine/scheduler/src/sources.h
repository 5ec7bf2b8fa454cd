#pragma once

#include "cluster_cache.h"
#include "engine/client/informer.h"
#include "preemption.h"

#include <functional>
#include <memory>
#include <vector>

namespace wheelhouse::scheduler {

/// Watches all that decides about places but pods, and keeps the cache up to date with it: nodes, namespaces,
/// services and controllers (for spreading), claims, volumes, classes and drivers, disruption budgets.
/// On the cluster's executor; ends when destroyed.
class Sources {
  public:
    /// `happened` hears of everything that may help a waiting pod.
    Sources(client::Cluster& cluster, Executor& executor, ClusterCache& cache, DisruptionBudgets& budgets,
            std::function<void(const Happening&)> happened);
    void start();
    bool synced() const;
    /// A node as the watch has it, or null.
    api::ObjectPtr node(const std::string& name) const { return nodes_->get(name); }

  private:
    /// Feeds `put` with objects of a kind as they are, and `gone` with what they were last.
    void watch(const client::ResourceName& resource, std::function<void(const api::ObjectPtr&)> put,
               std::function<void(const api::ObjectPtr&)> gone);
    void watchNodes();
    void watchNamespaces();
    void watchCompanions();
    void watchVolumes();

    client::Cluster& cluster_;
    Executor& executor_;
    ClusterCache& cache_;
    DisruptionBudgets& budgets_;
    std::function<void(const Happening&)> happened_;
    std::vector<std::unique_ptr<client::Informer>> informers_;
    const client::Informer* nodes_ = nullptr; ///< one of them
    std::uint64_t selectorsSeen_ = 0;
};

} // namespace wheelhouse::scheduler
