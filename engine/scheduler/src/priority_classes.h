#pragma once

#include "engine/api/groups/scheduling.h"
#include "engine/api/object.h"
#include "engine/api/types.h"
#include "engine/base/status.h"

#include <map>
#include <string>

namespace wheelhouse::scheduler {

/// The cluster's priority classes, for pods that nobody has admitted.
class PriorityClasses {
  public:
    void put(const api::ObjectPtr& object) {
        classes_[object->name()] = object->as<api::scheduling::PriorityClass>();
    }
    void remove(const api::ObjectPtr& object) { classes_.erase(object->name()); }
    /// Gives the pod the priority it would be created with; Forbidden where it would not be created for it.
    Result<void> settle(api::core::Pod& pod) const;

  private:
    const api::scheduling::PriorityClass* classOf(const api::core::PodSpec& spec) const;

    std::map<std::string, api::scheduling::PriorityClass> classes_;
};

} // namespace wheelhouse::scheduler
