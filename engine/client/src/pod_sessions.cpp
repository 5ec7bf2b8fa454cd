#include "engine/client/pod_sessions.h"

#include "engine/client/openapi.h"

namespace wheelhouse::client {

PodSessions* podSessionsOf(Cluster& cluster) {
    return dynamic_cast<PodSessions*>(&cluster);
}

SchemaSource* schemaSourceOf(Cluster& cluster) {
    return dynamic_cast<SchemaSource*>(&cluster);
}

} // namespace wheelhouse::client
