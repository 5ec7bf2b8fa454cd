#pragma once

#include "deployment_math.h"
#include "engine/base/clock.h"

#include <optional>

namespace wheelhouse::controllers {

/// What a deployment says about itself, computed from what its ReplicaSets say. Pure.
/// `progress`: the rollout is being driven (not paused, not only scaled), so the Progressing condition moves
/// too.
api::apps::DeploymentStatus deploymentStatus(const api::apps::Deployment& deployment, const Sets& sets,
                                             const api::apps::ReplicaSet* fresh, bool progress, WallTime now);

/// Everything is new, available and of the wanted number, and nothing old is left.
bool isComplete(const api::apps::Deployment& deployment, const api::apps::DeploymentStatus& status);

/// Sets a condition, keeping the transition time when the status stays.
void setCondition(api::apps::DeploymentStatus& status, const char* type, const char* value,
                  const char* reason, const std::string& message, WallTime now);
const api::apps::DeploymentCondition* findCondition(const api::apps::DeploymentStatus& status,
                                                    std::string_view type);

/// How long until the progress deadline must be looked at again; nothing when there is no deadline to watch.
std::optional<Duration> untilDeadline(const api::apps::Deployment& deployment,
                                      const api::apps::DeploymentStatus& status, WallTime now);

} // namespace wheelhouse::controllers
