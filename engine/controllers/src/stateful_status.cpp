#include "stateful_status.h"

#include "pods.h"
#include "stateful_pods.h"

#include <algorithm>

namespace wheelhouse::controllers {

apps::StatefulSetStatus statefulStatus(const apps::StatefulSet& set, const std::vector<OwnedPod>& pods,
                                       const std::string& currentRevision, const std::string& updateRevision,
                                       WallTime now, Duration* remaining) {
    int ready = 0, available = 0, current = 0, updated = 0;
    for (const OwnedPod& each : pods) {
        if (isReady(each.pod) && each.pod.status().phase() == "Running") {
            ++ready;
            Duration left = Duration::max();
            if (isAvailable(each.pod, set.spec().minreadyseconds(), now, &left))
                ++available;
            else if (remaining)
                *remaining = std::min(*remaining, left);
        }
        if (each.object->deleting()) continue;
        current += revisionOf(each.pod) == currentRevision;
        updated += revisionOf(each.pod) == updateRevision;
    }
    const int replicas = static_cast<int>(pods.size());
    apps::StatefulSetStatus status = set.status();
    status.set_observedgeneration(set.metadata().generation());
    status.set_replicas(replicas);
    status.set_readyreplicas(ready);
    status.set_availablereplicas(available);
    status.set_currentreplicas(current);
    status.set_updatedreplicas(updated);
    status.set_currentrevision(currentRevision);
    status.set_updaterevision(updateRevision);
    const int wanted = set.spec().replicas();
    if (set.spec().updatestrategy().type() != "OnDelete" && updated == wanted && ready == wanted &&
        replicas == wanted) {
        status.set_currentrevision(updateRevision);
        status.set_currentreplicas(updated);
    }
    return status;
}

} // namespace wheelhouse::controllers
