#include "actors.h"

#include "api_endpoints.h"
#include "engine/apiserver/local_cluster.h"
#include "engine/base/log.h"
#include "engine/client/informer_set.h"
#include "engine/controllers/controllers.h"
#include "engine/scheduler/scheduler.h"
#include "node_gateway.h"

namespace wheelhouse::controlplane {
namespace {

controllers::Options controllerOptions(const ActorOptions& options) {
    controllers::Options out;
    out.nodeMonitorGrace = options.nodeMonitorGrace;
    // Looked at often enough that a short grace period means what it says.
    out.nodeMonitorPeriod = std::min<Duration>(out.nodeMonitorPeriod, options.nodeMonitorGrace / 5);
    out.caPem = options.caPem;
    out.taintSimulated = options.taintSimulated;
    out.bootstrapFor = options.bootstrapFor;
    out.signCertificate = options.signCertificate;
    return out;
}

GatewayOptions gatewayOptions(const ActorOptions& options, apiserver::LocalCluster& cluster) {
    GatewayOptions out;
    out.heartbeat = options.heartbeat;
    out.tokens = [&cluster](const std::string& nameSpace, auto request, auto done) {
        cluster.requestToken(nameSpace, std::move(request), std::move(done));
    };
    return out;
}

} // namespace

// Each acts under its own name, as it would in a cluster of many processes; all share one set of informers.
struct Actors::Impl {
    Impl(apiserver::ApiServer& api, nodelink::NodeHub& hub, Executor& control, Random& random,
         const ActorOptions& options, const std::map<std::string, machines::MachineProvider*>& providers)
        : controllerCluster(api, control, "system:kube-controller-manager"),
          schedulerCluster(api, control, "system:kube-scheduler"),
          gatewayCluster(api, control, "system:node-gateway"), informers(controllerCluster, control),
          hub_(hub),
          gateway(gatewayCluster, hub, informers, control, gatewayOptions(options, gatewayCluster)),
          scheduler(schedulerCluster, control, random),
          controllers(controllers::makeControllers(
              {controllerCluster, control, random, informers, controllerOptions(options), providers})) {
        hub_.setListener(&gateway);
        controllers->start();
        scheduler.start();
        publishApiEndpoints(
            controllerCluster, apiAddressForNodes, options.apiPort, [](const Result<void>& outcome) {
                if (!outcome)
                    log::warning("controlplane", "the API's own endpoints: {}", outcome.error().message);
            });
    }
    ~Impl() {
        hub_.setListener(nullptr);
        controllers->stop();
    }

    apiserver::LocalCluster controllerCluster;
    apiserver::LocalCluster schedulerCluster;
    apiserver::LocalCluster gatewayCluster;
    client::InformerSet informers;
    nodelink::NodeHub& hub_;
    NodeGateway gateway;
    scheduler::Scheduler scheduler;
    std::unique_ptr<controllers::ControllerSet> controllers;
};

Actors::Actors(apiserver::ApiServer& api, nodelink::NodeHub& hub, Executor& control, Random& random,
               ActorOptions options, const std::map<std::string, machines::MachineProvider*>& providers)
    : impl_(std::make_unique<Impl>(api, hub, control, random, options, providers)) {}

Actors::~Actors() = default;

} // namespace wheelhouse::controlplane
