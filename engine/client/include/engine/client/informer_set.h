#pragma once

#include "engine/client/informer.h"

#include <map>
#include <memory>
#include <vector>

namespace wheelhouse::client {

/// One shared Informer for each kind, so that ten controllers cost one watch. Ask for all of them (with their
/// indexes) first, then start() once; informers asked for later start at once and must need no new index.
class InformerSet {
  public:
    InformerSet(Cluster& cluster, Executor& executor) : cluster_(cluster), executor_(executor) {}

    Informer& of(const ResourceName& resource);
    template <class M>
    Informer& of() {
        return of(api::kindOf<M>().name);
    }
    void start();
    /// True when every informer has its first listing.
    bool synced() const;
    std::vector<const Informer*> all() const;

  private:
    Cluster& cluster_;
    Executor& executor_;
    bool started_ = false;
    std::map<ResourceName, std::unique_ptr<Informer>> informers_;
};

} // namespace wheelhouse::client
