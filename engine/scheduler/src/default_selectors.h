#pragma once

#include "pod_info.h"

#include <map>
#include <string>
#include <vector>

namespace wheelhouse::scheduler {

/// Which pods belong together although they name no spread rules: those a Service selects together, or that
/// one controller (ReplicaSet, ReplicationController, StatefulSet) owns.
class DefaultSelectors {
  public:
    /// From an object of kind Service, ReplicationController, ReplicaSet or StatefulSet.
    void put(const api::ObjectPtr& object);
    void remove(const api::ObjectPtr& object);
    /// The companions of a pod: those that match all of these. Empty when nothing selects it.
    std::vector<PodMatcher> of(const PodShape& shape) const;
    /// Changes with every change that may change an answer.
    std::uint64_t version() const { return version_; }

  private:
    std::uint64_t version_ = 1;
    std::map<std::string, std::map<std::string, Labels>> services_; ///< namespace, name
    std::map<std::string, api::LabelSelector> controllers_;         ///< kind/namespace/name
};

} // namespace wheelhouse::scheduler
