#pragma once

#include "pod_views.h"
#include "pressure.h"
#include "vmnodes/agent/usage.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::agent {

/// What is known of the use of each pod when one of them has to go.
struct PodUse {
    std::map<std::string, std::int64_t> memory; ///< by the runtime's id of a container that runs, bytes
    std::map<Uid, PodShare> shares;
};

struct Victim {
    std::shared_ptr<PodWorker> pod;
    std::string message; ///< for people: what the node lacks and what the pod had of it
};

/// Who has to go for a threshold that is crossed, first whoever comes first. By Kubernetes' order: those that
/// use more than they asked for, those of lower priority, those that use most beyond what they asked for; of
/// processes priority and number count alone. Pods that the node cannot do without are not among them.
std::vector<Victim> victims(const Workers& pods, const Crossing& crossing, const PodUse& use);

/// Whether it is one of the pods that stay whatever happens: of the highest priorities, or the node's own.
bool isCritical(const api::core::Pod& pod);

/// What stands against starting a pod on a node in this state; nothing when it may start.
std::optional<Rejection> whyNotUnderPressure(const api::core::Pod& pod, const PressureGauge& gauge);

} // namespace wheelhouse::agent
