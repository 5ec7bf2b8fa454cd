#pragma once

#include "engine/base/executor.h"
#include "engine/client/cluster.h"
#include "permits.h"
#include "volume_binder.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace wheelhouse::scheduler {

/// Reserve, Permit, PreBind and Bind: takes the room a pod was given, asks whether it may have it, has its
/// volumes bound, tells the API server and finds out what became of it when the answer is lost.
///
/// Interruptions: see Scheduler. On the cluster's executor.
class Binder {
  public:
    struct Entry {
        PodInfoPtr pod;
        std::string node;
        int attempts = 0;
        VolumePlan plan;
        Duration volumeLimit{};
    };
    struct Listener {
        std::function<void(const Entry&)> bound;
        /// The room is free again. `now`: the pod as it is, null when it is gone or does not wait any more.
        std::function<void(const Entry&, const PodInfoPtr& now, const Status& why, const Happening&)> refused;
        /// A plug-in at Permit said no; the room is free again.
        std::function<void(const Entry&, const Status& why, const Happening&)> notPermitted;
        std::function<void()> changed; ///< one fewer under way
    };

    Binder(client::Cluster& cluster, Executor& executor, ClusterCache& cache, Permits& permits,
           Listener listener)
        : cluster_(cluster), executor_(executor), cache_(cache), permits_(permits),
          listener_(std::move(listener)), volumes_(cluster, executor, cache) {}

    /// Takes the room at once.
    void bind(Entry entry, Slot slot);
    bool isBinding(const Uid& uid) const { return entries_.contains(uid); }
    /// The watch shows the pod, still without a node.
    void update(const PodInfoPtr& pod);
    /// The pod is gone.
    void drop(const Uid& uid);
    void claimsChanged() { volumes_.claimsChanged(); }
    std::size_t size() const { return entries_.size(); }
    void each(const std::function<void(const Entry&)>& visit) const {
        for (const auto& [uid, entry] : entries_)
            visit(entry);
    }

  private:
    void bindVolumes(const Uid& uid);
    void send(const Uid& uid);
    Entry take(const Uid& uid);
    void finish(const Uid& uid);
    void reread(const Uid& uid, const Status& why);
    void resolve(const Uid& uid, const Status& why, const Result<api::ObjectPtr>& answer);
    void giveBack(const Uid& uid, const PodInfoPtr& now, const Status& why);
    template <class Call>
    auto guarded(Call call) {
        return [weak = std::weak_ptr(self_), call = std::move(call)](auto&&... arguments) {
            if (const auto self = weak.lock()) call(**self, arguments...);
        };
    }

    client::Cluster& cluster_;
    Executor& executor_;
    ClusterCache& cache_;
    Permits& permits_;
    Listener listener_;
    VolumeBinder volumes_;
    std::unordered_map<Uid, Entry> entries_; ///< answers still to come
    std::shared_ptr<Binder*> self_ = std::make_shared<Binder*>(this);
};

} // namespace wheelhouse::scheduler
