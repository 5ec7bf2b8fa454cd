#pragma once

#include "engine/api/object.h"
#include "engine/base/clock.h"

#include <string>

namespace wheelhouse::scheduler {

/// The Permit point of Kubernetes' scheduling framework: has the last word on a pod that was given a node,
/// before anything of it is written. A pod that waits keeps its room. On the scheduler's executor.
class Permit {
  public:
    struct Answer {
        enum class Word { Go, Wait, Refuse } word = Word::Go;
        Duration longest{}; ///< of Wait; no more than 15 minutes count
        std::string why{};  ///< of Refuse
    };
    virtual ~Permit() = default;
    virtual std::string name() const = 0;
    /// Wait: until `Scheduler::permit` or `Scheduler::refuse` is called for the pod in this plug-in's name.
    virtual Answer ask(const api::ObjectPtr& pod, const std::string& node) = 0;
};

} // namespace wheelhouse::scheduler
