#include "engine/client/pod_sessions.h"

namespace wheelhouse::client {

PodSessions* podSessionsOf(Cluster& cluster) {
    return dynamic_cast<PodSessions*>(&cluster);
}

} // namespace wheelhouse::client
