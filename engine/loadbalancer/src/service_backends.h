#pragma once

#include "engine/api/types.h"
#include "engine/nodelink/pod_streams.h"

#include <string>
#include <vector>

namespace wheelhouse::loadbalancer {

/// A port of a pod that answers for a port of a service.
struct PodBackend {
    NodeName node;
    nodelink::PortRequest port;
};

/// Who answers: pods that are ready; while none is, those that still serve although they end. Endpoints that
/// are no pods cannot be reached from here. In the order of the slices; each pod once.
std::vector<PodBackend> backendsOf(const std::vector<api::ObjectPtr>& slices,
                                   const api::core::ServicePort& port);

} // namespace wheelhouse::loadbalancer
