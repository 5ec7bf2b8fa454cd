#pragma once

#include "engine/client/informer.h"
#include "feeds.h"

#include <functional>
#include <memory>
#include <vector>

namespace wheelhouse::scheduler {

/// Watches all that decides about places but pods, and keeps what is known of the cluster up to date with it.
/// On the cluster's executor; ends when destroyed.
class Sources {
  public:
    /// `happened` hears of everything that may help a waiting pod.
    Sources(client::Cluster& cluster, Executor& executor, const std::vector<Feed>& feeds,
            const std::function<void(const Happening&)>& happened);
    void start();
    bool synced() const;
    /// A node as the watch has it, or null.
    api::ObjectPtr node(const std::string& name) const { return nodes_->get(name); }

  private:
    std::vector<std::unique_ptr<client::Informer>> informers_;
    const client::Informer* nodes_ = nullptr; ///< one of them
};

} // namespace wheelhouse::scheduler
