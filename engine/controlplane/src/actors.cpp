#include "actors.h"

#include "api_endpoints.h"
#include "autoscaling_views.h"
#include "decisions.h"
#include "engine/apiserver/local_cluster.h"
#include "engine/autoscaling/autoscaling.h"
#include "engine/autoscaling/measured_metrics.h"
#include "engine/autoscaling/metrics_view.h"
#include "engine/base/log.h"
#include "engine/client/informer_set.h"
#include "engine/controllers/controllers.h"
#include "engine/loadbalancer/load_balancer.h"
#include "engine/scheduler/scheduler.h"
#include "fault_board.h"
#include "link_traffics.h"
#include "metric_groups.h"
#include "node_gateway.h"
#include "scheduler_placement.h"
#include "usage_reports.h"

namespace wheelhouse::controlplane {
namespace {

controllers::Options controllerOptions(const ActorOptions& options) {
    controllers::Options out;
    out.nodeMonitorGrace = options.nodeMonitorGrace;
    // Looked at often enough that a short grace period means what it says.
    out.nodeMonitorPeriod = std::min<Duration>(out.nodeMonitorPeriod, options.nodeMonitorGrace / 5);
    out.caPem = options.caPem;
    out.serverUrl = options.serverUrl;
    out.taintSimulated = options.taintSimulated;
    out.bootstrapFor = options.bootstrapFor;
    out.signCertificate = options.signCertificate;
    return out;
}

scheduler::Options schedulerOptions(const ActorOptions& options) {
    scheduler::Options out;
    out.profiles = options.scheduling.profiles;
    out.initialBackoff = options.scheduling.initialBackoff;
    out.maxBackoff = options.scheduling.maxBackoff;
    return out;
}

GatewayOptions gatewayOptions(const ActorOptions& options, apiserver::LocalCluster& cluster,
                              const Clock& real) {
    GatewayOptions out;
    out.heartbeat = options.heartbeat;
    out.real = &real;
    out.tokens = [&cluster](const std::string& nameSpace, auto request, auto done) {
        cluster.requestToken(nameSpace, std::move(request), std::move(done));
    };
    return out;
}

} // namespace

// Each acts under its own name, as it would in a cluster of many processes; all share one set of informers.
struct Actors::Impl {
    Impl(apiserver::ApiServer& api, nodelink::NodeHub& hub, Executor& control, Executor& paced,
         Random& random, const ActorOptions& options,
         const std::map<std::string, machines::MachineProvider*>& providers)
        : controllerCluster(api, control, "system:kube-controller-manager"),
          schedulerCluster(api, control, "system:kube-scheduler"),
          gatewayCluster(api, control, "system:node-gateway"), informers(controllerCluster, control),
          hub_(hub), gateway(gatewayCluster, hub, informers, paced,
                             gatewayOptions(options, gatewayCluster, control.clock())),
          faults(hub, options.fabric, paced, random), usage(paced.clock()), metrics(informers, usage),
          measured(informers, usage, paced),
          scheduler(schedulerCluster, paced, random, schedulerOptions(options)), placement(scheduler),
          controllers(controllers::makeControllers(depsOf(paced, random, options, providers))),
          decisions(api, scheduler), queues(api, *controllers, scheduler, control, paced.clock()),
          links(api, hub, options.fabric, control), views(api, metrics, scalings),
          metricGroups(api, measured) {
        gateway.setUsageListener([this](const NodeName& node, const nodelink::UsageReport& report) {
            usage.report(node, reportOf(report));
        });
        gateway.setFaultLine({[this](const NodeName& node) { faults.connected(node); },
                              [this](const NodeName& node, const nodelink::FaultReport& report) {
                                  faults.reported(node, report);
                              }});
        hub_.setListener(&gateway);
        controllers->add(autoscaling::makeAutoscalers(depsOf(paced, random, options, providers),
                                                      {usage, &measured, scalings, &placement}));
        if (options.front != nullptr) {
            std::vector<std::unique_ptr<controllers::Controller>> balancer;
            balancer.push_back(loadbalancer::makeLoadBalancer(depsOf(paced, random, options, providers),
                                                              *options.front, hub));
            controllers->add(std::move(balancer));
        }
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
    controllers::Deps depsOf(Executor& paced, Random& random, const ActorOptions& options,
                             const std::map<std::string, machines::MachineProvider*>& providers) {
        return {controllerCluster, paced, random, informers, controllerOptions(options), providers, &faults};
    }

    apiserver::LocalCluster controllerCluster;
    apiserver::LocalCluster schedulerCluster;
    apiserver::LocalCluster gatewayCluster;
    client::InformerSet informers;
    nodelink::NodeHub& hub_;
    NodeGateway gateway;
    FaultBoard faults;
    autoscaling::UsageBoard usage;
    autoscaling::MetricsView metrics;
    autoscaling::MeasuredMetrics measured;
    autoscaling::ScalingDecisions scalings;
    scheduler::Scheduler scheduler;
    SchedulerPlacement placement;
    std::unique_ptr<controllers::ControllerSet> controllers;
    Decisions decisions;
    Queues queues;
    LinkTraffics links;
    AutoscalingViews views;
    MetricGroups metricGroups;
};

Actors::Actors(apiserver::ApiServer& api, nodelink::NodeHub& hub, Executor& control, Executor& paced,
               Random& random, ActorOptions options,
               const std::map<std::string, machines::MachineProvider*>& providers)
    : impl_(std::make_unique<Impl>(api, hub, control, paced, random, options, providers)) {}

const Queues& Actors::queues() const {
    return impl_->queues;
}

Actors::~Actors() = default;

} // namespace wheelhouse::controlplane
