#pragma once

#include "cluster_cache.h"
#include "engine/client/cluster.h"
#include "pod_admission.h"
#include "preemption.h"

#include <functional>
#include <vector>

namespace wheelhouse::scheduler {

/// One kind of object that decides about places, and how what is kept of the cluster learns of it.
struct Feed {
    client::ResourceName resource;
    std::function<Happening(const api::ObjectPtr&)> put;
    std::function<Happening(const api::ObjectPtr&)> gone; ///< with the object as it was last
};

/// Every such kind but pods: nodes, namespaces, services and controllers (for spreading), claims, volumes,
/// classes and drivers, disruption budgets, and what pods
/// are admitted by. What they feed must outlive them.
std::vector<Feed> feedsOf(ClusterCache& cache, DisruptionBudgets& budgets, PodAdmission& admission);

} // namespace wheelhouse::scheduler
