#pragma once

#include "engine/base/executor.h"
#include "engine/client/cluster.h"
#include "volume_plan.h"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace wheelhouse::scheduler {

/// Reserve and PreBind of VolumeBinding: takes volumes for the claims of a pod about to be bound, writes that
/// down (the volume's claimRef; the claim's selected node) and waits until the claims are bound.
///
/// Interruptions. What is written twice is written the same. A claim whose selected node the provisioner
/// takes back ends the wait, and so does the time limit; the pod is then placed anew. After a restart the
/// claims' own selected node says where the pod must go. On the cluster's executor.
class VolumeBinder {
  public:
    using Done = std::function<void(Result<void>)>;

    VolumeBinder(client::Cluster& cluster, Executor& executor, ClusterCache& cache)
        : cluster_(cluster), executor_(executor), cache_(cache) {}

    /// Takes what the plan says for the pod; at once, so that the next pod finds it taken.
    void reserve(const VolumePlan& plan, const std::string& node);
    void release(const VolumePlan& plan);
    /// Writes the plan and waits; `done` is called once, never inside the call.
    void bind(const Uid& pod, VolumePlan plan, std::string node, Duration limit, Done done);
    void cancel(const Uid& pod) { waiting_.erase(pod); }
    /// Claims or volumes changed: some waits may be over.
    void claimsChanged();

  private:
    struct Waiting {
        VolumePlan plan;
        std::string node;
        Done done;
        std::size_t writing = 0;
        std::unique_ptr<ScopedTimer> limit;
        std::uint64_t number = 0;
    };
    void write(const Uid& pod, const client::ResourceName& resource, const std::string& key,
               const std::string& patch);
    void written(const Uid& pod, std::uint64_t number, const Result<client::Written>& answer);
    void look(const Uid& pod);
    void finish(const Uid& pod, Result<void> result);

    client::Cluster& cluster_;
    Executor& executor_;
    ClusterCache& cache_;
    std::uint64_t next_ = 0;
    std::unordered_map<Uid, Waiting> waiting_;
    std::shared_ptr<VolumeBinder*> self_ = std::make_shared<VolumeBinder*>(this);
};

} // namespace wheelhouse::scheduler
