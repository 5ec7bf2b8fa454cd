#pragma once

#include "engine/store/store.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

namespace wheelhouse::apiserver::auth {

/// What the pods of each node use. Begins to follow the store when it is first asked, so a cluster whose
/// nodes never ask pays nothing. Control executor.
class NodePods {
  public:
    explicit NodePods(store::Store& store) : store_(store) {}
    /// Whether a pod bound to `node` uses the object; `kind` is "Secret", "ConfigMap",
    /// "PersistentVolumeClaim", "PersistentVolume", "ServiceAccount", "ResourceClaim" or "Pod" itself.
    bool uses(const std::string& node, const std::string& kind, const std::string& nameSpace,
              const std::string& name);

  private:
    /// "Kind/namespace/name".
    using References = std::set<std::string>;
    struct PodUse {
        std::string node;
        References references;
    };
    void follow();
    void changed(const api::ObjectPtr& object, bool gone);

    store::Store& store_;
    std::unique_ptr<store::Store::Watch> watch_;
    std::unordered_map<std::string, PodUse> pods_;                      ///< by namespace/name
    std::unordered_map<std::string, std::map<std::string, int>> nodes_; ///< how many pods of a node use each
};

} // namespace wheelhouse::apiserver::auth
