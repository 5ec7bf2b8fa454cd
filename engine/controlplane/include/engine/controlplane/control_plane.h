#pragma once

#include "engine/base/clock.h"
#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/base/status.h"
#include "engine/client/cluster.h"
#include "engine/controlplane/data_directory.h"
#include "engine/machines/link_fabric.h"
#include "engine/machines/machine_provider.h"
#include "engine/nodelink/node_hub.h"

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace wheelhouse::controlplane {

/// What an operator may choose about one lab.
struct Options {
    std::string name = "wheelhouse"; ///< of the cluster, user and context in the kubeconfig
    std::string listenHost = "127.0.0.1";
    std::uint16_t listenPort = 0; ///< 0 = any free one
    std::filesystem::path kubeconfig;
    std::map<std::string, std::string> registryMirrors;
    Duration nodeMonitorGrace = std::chrono::seconds(50);
    Duration heartbeat = std::chrono::seconds(10);
    int defaultTolerationSeconds = 300; ///< of pods on nodes that are not ready or unreachable
    /// Simulated nodes are tainted, so that ordinary pods land on real ones.
    bool taintSimulated = true;
    /// Pods get a volume with a token of their service account, unless they or it say otherwise.
    bool mountTokens = true;
    /// How far back lists may ask for the state of the cluster.
    Duration history = std::chrono::hours(24);
    /// Where audit events go; empty = audit/audit.log in the data folder, "-" = nowhere.
    std::filesystem::path auditLog;
    std::filesystem::path auditPolicy; ///< audit.k8s.io/v1 Policy; empty = a policy for everyday use
    std::size_t auditFileBytes = std::size_t{100} << 20;
    std::size_t auditBackups = 10;
    /// A KubeSchedulerConfiguration; empty = Kubernetes' defaults.
    std::filesystem::path schedulerConfiguration;
};

/// The world the control plane lives in. All must outlive it; `io` must be run by at least one thread of its
/// own.
struct Seams {
    Executor& control;
    Executor& disk;
    boost::asio::io_context& io;
    Clock& clock;
    Random& random; ///< thread-safe
};

/// One running cluster: store, API server with its HTTPS front, node link, controllers and scheduler.
///
/// Order of life: `open` (blocking: lock, certificates, store, sockets; nothing acts yet) → `start`
/// (bootstrap objects, the cluster's clock, then controllers, scheduler and gateway) → `stop` (front first,
/// so that nobody is answered half; then who acts; then the store). Call all three from one thread that is
/// not the control executor's. A lab that was killed is opened like any other.
class ControlPlane {
  public:
    using Providers = std::map<std::string, machines::MachineProvider*>; ///< by MachineSpec.provider

    /// Errors are one line each: data folder in use, port taken, damaged store.
    static Result<std::unique_ptr<ControlPlane>> open(DataDirectory directory, Options options, Seams seams);
    ~ControlPlane();

    /// For providers of nodes in this process.
    nodelink::HubPort hubPort() const;
    /// `real` with timers that go by the cluster's time, for nodes that live in it. `real` must outlive this
    /// object, and what is returned lives as long.
    Executor& pacedBy(Executor& real);
    /// The network between machines, for faults on it and for its counts among the metrics; before `start`.
    /// It must outlive `stop`.
    void setFabric(machines::LinkFabric& fabric);
    /// `ready` is called on the control executor once the API answers /readyz with ok. Providers must outlive
    /// `stop`.
    void start(Providers providers, std::function<void(Result<void>)> ready);
    void stop();

    /// The lab as a cluster for `callbacks` (the window's executor, or the control executor), acting as
    /// `user`.
    std::unique_ptr<client::Cluster> connect(Executor& callbacks, const std::string& user);
    const std::string& url() const;

  private:
    struct Impl;
    explicit ControlPlane(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace wheelhouse::controlplane
