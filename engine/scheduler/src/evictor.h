#pragma once

#include "engine/client/cluster.h"
#include "engine/client/task.h"
#include "preemption.h"

#include <functional>
#include <memory>
#include <unordered_set>

namespace wheelhouse::scheduler {

/// Makes the victims of a preemption leave: says in their status why, then deletes them with the time they
/// were promised to end in.
///
/// Interruptions. Victims that are being deleted already are left to it. When one cannot be deleted the
/// others still are, and the pod they make room for tries again. On the cluster's executor.
class Evictor {
  public:
    struct Listener {
        std::function<void(const PodInfo& victim, const PodInfo& preemptor, const std::string& node)> evicted;
        std::function<void(const Uid& preemptor, bool failed)> finished;
    };
    Evictor(client::Cluster& cluster, Executor& executor, Listener listener)
        : cluster_(cluster), executor_(executor), listener_(std::move(listener)) {}

    void evict(const PodInfoPtr& preemptor, const Victims& victims, const std::string& node);
    /// True as long as victims of this pod have not all been told to go.
    bool isClearing(const Uid& preemptor) const { return clearing_.contains(preemptor); }

  private:
    client::Step clear(PodInfoPtr preemptor, std::vector<PodInfoPtr> victims, std::string node);

    client::Cluster& cluster_;
    Executor& executor_;
    Listener listener_;
    std::unordered_set<Uid> clearing_;
    client::TaskScope tasks_;
};

} // namespace wheelhouse::scheduler
