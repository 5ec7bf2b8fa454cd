#pragma once

#include "engine/controllers/controllers.h"
#include "engine/loadbalancer/host_front.h"
#include "engine/nodelink/pod_streams.h"

#include <memory>

namespace wheelhouse::loadbalancer {

/// The controller of Services of type LoadBalancer. `front` and `streams` must outlive it.
std::unique_ptr<controllers::Controller> makeLoadBalancer(const controllers::Deps& deps, HostFront& front,
                                                          nodelink::PodStreams& streams);

} // namespace wheelhouse::loadbalancer
