#pragma once

#include "engine/client/cluster.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::client {

/// A live copy of one kind (or a selection of it) and whoever wants to hear of changes. Lists with WatchList,
/// keeps watching, and lists again after Expired or a lost connection (with back-off) without forgetting what
/// it had: handlers then see the difference as ordinary changes. All on the cluster's executor.
class Informer {
  public:
    struct Handler {
        std::function<void(const ObjectPtr&)> onAdd;
        std::function<void(const ObjectPtr& before, const ObjectPtr& now)> onUpdate;
        std::function<void(const ObjectPtr& last)> onDelete;
    };
    /// From an object to the values it is found under, e.g. a pod's node name. Must be pure.
    using IndexFunction = std::function<std::vector<std::string>(const ObjectPtr&)>;

    Informer(Cluster& cluster, Executor& executor, ResourceName resource, WatchOptions selection = {});
    ~Informer();
    Informer(const Informer&) = delete;
    Informer& operator=(const Informer&) = delete;

    /// Before start(). A second index of the same name is the same index.
    void addIndex(std::string index, IndexFunction function);
    /// Any time; objects already known are reported as added, later, on the executor.
    void addHandler(Handler handler);
    void start();
    bool synced() const;
    /// By "namespace/name" (or "name"); null when there is none.
    ObjectPtr get(const std::string& key) const;
    std::vector<ObjectPtr> all() const;
    std::vector<ObjectPtr> byIndex(const std::string& index, const std::string& value) const;
    std::size_t size() const;

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace wheelhouse::client
