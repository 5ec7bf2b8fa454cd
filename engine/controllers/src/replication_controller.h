#pragma once

#include "replicaset_controller.h"

namespace wheelhouse::controllers {

/// Keeps as many pods as a ReplicationController asks for: to it, one is a ReplicaSet whose selector has only
/// equalities.
///
/// Watches ReplicationControllers and Pods; writes Pods and ReplicationController status. Everything else,
/// and what happens when it is interrupted, is ReplicaSetController's.
class ReplicationController final : public ReplicaSetController {
  public:
    explicit ReplicationController(const Deps& deps);
};

} // namespace wheelhouse::controllers
