#pragma once

#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/client/cluster.h"
#include "engine/client/informer_set.h"
#include "engine/client/work_queue.h"
#include "engine/machines/fault_injector.h"
#include "engine/machines/machine_provider.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::controllers {

/// Everything about the controllers a lab may choose. Defaults are Kubernetes' own where it has them.
struct Options {
    /// A node whose Lease was not renewed for so long is Unknown.
    Duration nodeMonitorGrace = std::chrono::seconds(50);
    Duration nodeMonitorPeriod = std::chrono::seconds(5);
    /// A node that never reported is given so long.
    Duration nodeStartupGrace = std::chrono::seconds(60);
    /// Nodes of one zone whose pods may be evicted each second; less in a zone that is mostly down.
    double nodeEvictionRate = 0.1;
    /// Pods of a node that is gone are deleted after so long, in case only the Node object was lost.
    Duration podGcQuarantine = std::chrono::seconds(40);
    Duration podGcPeriod = std::chrono::seconds(20);
    std::size_t terminatedPodThreshold = 12'500;
    /// Where pod addresses come from, a /24 for each node. 10.128.0.0/9 holds 32,768 of them and meets
    /// neither the VMs' user network (10.0.2.0/24), nor services (10.96.0.0/16), nor the fabric
    /// (10.100.0.0/16).
    std::string clusterCidr = "10.128.0.0/9";
    /// The first one handed out; allocation goes up from here and wraps around.
    std::string firstNodeCidr = "10.244.0.0/24";
    /// What every namespace's kube-root-ca.crt holds.
    std::string caPem;
    /// Where the API is, as newcomers reach it ("https://…"); empty = they are told nothing.
    std::string serverUrl;
    /// Signs certificate requests with the lab's own authority; empty = none are signed. Usages are
    /// OpenSSL's words.
    std::function<Result<std::string>(const std::string& requestPem, const std::string& keyUsage,
                                      const std::string& extendedUsage, Duration validity)>
        signCertificate;
    /// Simulated nodes carry wheelhouse.dev/simulated:NoSchedule, so that pods go to VMs unless they ask.
    bool taintSimulated = false;
    /// What the machine of this name needs to join. Asked anew for every start.
    std::function<machines::Bootstrap(const std::string& machine, const std::string& provider)> bootstrapFor;
};

struct Deps {
    client::Cluster& cluster;
    Executor& executor;
    Random& random;
    client::InformerSet& informers;
    Options options;
    /// By the name Machines ask for ("vm", "simulated"). They outlive the controllers.
    std::map<std::string, machines::MachineProvider*> providers;
    /// Breaks nodes and links on request; null = that cannot be done here. Outlives the controllers.
    machines::FaultInjector* faults = nullptr;
};

/// One control loop: sees the cluster through informers, changes it through the API, remembers nothing it
/// could not learn again. Destroying it stops it where it is; a new one carries on.
class Controller {
  public:
    virtual ~Controller() = default;
    virtual const std::string& name() const = 0;
    virtual void start() = 0;
    /// Nothing of it runs afterwards, though answers may still arrive for it.
    virtual void stop() = 0;
    /// What it is going to look at, soonest first: "who acts next".
    virtual std::vector<client::WorkQueue::Pending> pending() const = 0;
};

/// All controllers of a control plane. On the control executor.
class ControllerSet {
  public:
    ControllerSet(client::InformerSet& informers, std::vector<std::unique_ptr<Controller>> controllers);
    ~ControllerSet();
    /// More of them, before start().
    void add(std::vector<std::unique_ptr<Controller>> more);
    /// Starts every controller, then the informers they share.
    void start();
    void stop();
    const std::vector<std::unique_ptr<Controller>>& all() const { return controllers_; }
    Controller* find(const std::string& name) const;

  private:
    client::InformerSet& informers_;
    std::vector<std::unique_ptr<Controller>> controllers_;
};

/// The names makeControllers knows, in starting order.
std::vector<std::string> controllerNames();
/// Builds the named controllers, or all. The cluster, executor, informers and providers must outlive the set.
std::unique_ptr<ControllerSet> makeControllers(const Deps& deps, const std::vector<std::string>& only = {});

} // namespace wheelhouse::controllers
