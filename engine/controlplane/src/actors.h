#pragma once

#include "engine/apiserver/api_server.h"
#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/controllers/controllers.h"
#include "engine/loadbalancer/host_front.h"
#include "engine/machines/link_fabric.h"
#include "engine/machines/machine_provider.h"
#include "engine/nodelink/node_hub.h"
#include "engine/scheduler/configuration.h"
#include "queues.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace wheelhouse::controlplane {

struct ActorOptions {
    std::string caPem;
    std::uint16_t apiPort = 0; ///< where the API is served on this machine
    std::string serverUrl;
    Duration nodeMonitorGrace = std::chrono::seconds(50);
    Duration heartbeat = std::chrono::seconds(10);
    bool taintSimulated = true;
    machines::LinkFabric* fabric = nullptr; ///< between machines; null = there is none
    scheduler::Configuration scheduling;
    loadbalancer::HostFront* front =
        nullptr; ///< where services are balanced for this computer; none: nowhere
    decltype(controllers::Options::signCertificate) signCertificate;
    std::function<machines::Bootstrap(const std::string& machine, const std::string& provider)> bootstrapFor;
};

/// Everybody who acts on the cluster by itself: controllers, scheduler, node gateway. Each is a client of the
/// API server like any other. Starts them in its constructor and stops them in its destructor; on the control
/// executor. They live by `paced`, which runs on `control`; what they are about to do and why they did it is
/// served through the API.
class Actors {
  public:
    Actors(apiserver::ApiServer& api, nodelink::NodeHub& hub, Executor& control, Executor& paced,
           Random& random, ActorOptions options,
           const std::map<std::string, machines::MachineProvider*>& providers);
    ~Actors();

    const Queues& queues() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace wheelhouse::controlplane
