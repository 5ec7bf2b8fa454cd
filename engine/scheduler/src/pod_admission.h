#pragma once

#include "engine/api/groups/nodeclasses.h"
#include "engine/api/groups/scheduling.h"
#include "engine/api/object.h"
#include "engine/api/types.h"
#include "engine/base/status.h"

#include <map>
#include <string>

namespace wheelhouse::scheduler {

/// What becomes of a pod when it is created, as far as that decides about its place: the limit ranges of its
/// namespace, its priority class, its runtime class. For pods that nobody has admitted.
class PodAdmission {
  public:
    // Of these three kinds.
    void put(const api::ObjectPtr& object);
    void remove(const api::ObjectPtr& object);
    /// Makes the pod what it would be created as; Forbidden where it would not be created.
    Result<void> settle(api::core::Pod& pod) const;

  private:
    /// Why it would not be created; empty = it would.
    std::string refusalOf(api::core::Pod& pod) const;
    const api::scheduling::PriorityClass* classOf(const api::core::PodSpec& spec) const;

    std::map<std::string, api::scheduling::PriorityClass> classes_;
    std::map<std::string, api::nodeclasses::RuntimeClass> runtimes_;
    std::map<std::string, api::core::LimitRange> ranges_; ///< by "namespace/name"
};

} // namespace wheelhouse::scheduler
