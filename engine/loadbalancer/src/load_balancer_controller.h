#pragma once

#include "engine/controllers/queued_controller.h"
#include "engine/loadbalancer/host_front.h"
#include "engine/nodelink/pod_streams.h"
#include "relay.h"
#include "service_backends.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wheelhouse::loadbalancer {

using api::ObjectPtr;
using client::Step;
namespace core = api::core;

/// Gives each Service of type LoadBalancer an address of this computer, and carries its connections to pods.
///
/// Watches Services and EndpointSlices. Writes the status of Services whose loadBalancerClass is empty or
/// wheelhouse.dev/host, and Events about them. The address follows from the cluster IP, or is the one the
/// status has, or spec.loadBalancerIP; where another program has one of its ports, the next one is taken.
///
/// Interrupted anywhere, the sockets go with it; the next one listens at the address the status tells, so
/// clients only have to connect again. A connection that was made lives on when its Service changes or goes.
class LoadBalancerController final : public controllers::QueuedController {
  public:
    LoadBalancerController(const controllers::Deps& deps, HostFront& front, nodelink::PodStreams& streams);
    void stop() override;

  protected:
    Step reconcile(std::string key) override;

  private:
    /// A number the address answers at, and what stands against it otherwise.
    struct Door {
        std::unique_ptr<HostListener> listener;
        std::string error; ///< as the status says it
    };
    struct Balanced {
        std::string address;
        std::map<std::uint16_t, Door> doors;
        /// By client: the pod it stays with, and since when it has not asked.
        std::map<std::string, std::pair<Uid, Instant>> clients;
    };

    /// Listens at every port of the service; at another address when this one is taken.
    Result<void> open(const std::string& key, const core::Service& service, Balanced& balanced);
    Result<void> openDoors(const std::string& key, const core::ServiceSpec& spec, Balanced& balanced);
    static core::LoadBalancerStatus statusOf(const core::ServiceSpec& spec, const Balanced& balanced);
    void accepted(const std::string& key, std::uint16_t number, std::unique_ptr<HostSocket> socket,
                  const std::string& client);
    /// The pod for a client, or null.
    const PodBackend* choose(const std::vector<PodBackend>& backends, const core::ServiceSpec& spec,
                             Balanced& balanced, const std::string& client);

    HostFront& front_;
    nodelink::PodStreams& streams_;
    client::Informer& services_;
    client::Informer& slices_;
    std::map<std::string, Balanced> balanced_; ///< by the service's key
    std::map<std::uint64_t, std::unique_ptr<Relay>> relays_;
    std::uint64_t nextRelay_ = 1;
};

} // namespace wheelhouse::loadbalancer
