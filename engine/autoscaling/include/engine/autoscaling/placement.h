#pragma once

#include "engine/api/object.h"
#include "engine/api/types.h"
#include "engine/base/status.h"

#include <string>
#include <vector>

namespace wheelhouse::autoscaling {

/// Where the scheduler would put pods, one after another, if the cluster were otherwise than it is: what the
/// pool autoscaler decides by. Answers at once, binds nothing; on the control executor.
class Placement {
  public:
    struct Question {
        std::vector<api::core::Node> added;   ///< nodes that are not there; each has a name of its own
        std::vector<std::string> removed;     ///< nodes that are there, and should be thought away
        std::vector<std::string> withoutPods; ///< "namespace/name"
        std::vector<api::ObjectPtr> pods;     ///< without a node
    };
    virtual ~Placement() = default;
    /// The node of each pod, in their order; empty = it fits nowhere.
    virtual Result<std::vector<std::string>> place(const Question& question) = 0;
};

} // namespace wheelhouse::autoscaling
