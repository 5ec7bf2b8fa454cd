#pragma once

#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/nodelink/agent_channel.h"
#include "vmnodes/agent/housekeeping.h"
#include "vmnodes/agent/runtime.h"
#include "vmnodes/agent/state_store.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::agent {

struct AgentOptions {
    std::string nodeName;
    std::map<std::string, std::string> labels;
    std::vector<std::string> taints; ///< "key=value:Effect"
    std::map<std::string, std::string> annotations;
    Duration restartBackOff =
        std::chrono::seconds(10); ///< first pause between restarts and between pulls; doubles
    Duration maxBackOff = std::chrono::seconds(300);
    Duration backOffReset = std::chrono::minutes(10);     ///< a container that ran this long starts anew
    Duration statusDelay = std::chrono::milliseconds(20); ///< changes of one pod within it are one report
    Duration progressDelay = std::chrono::seconds(1);     ///< … steps on the way, as the kubelet looks
    Duration nodeStatusPeriod =
        std::chrono::seconds(10); ///< how often the node is looked at; unchanged = reported each 5 min
    Duration heartbeat = std::chrono::seconds(10);   ///< until Welcome says otherwise
    Duration usagePeriod = std::chrono::seconds(15); ///< how often what is used is looked at and reported
    std::vector<std::string> clusterDns;             ///< name servers of ClusterFirst pods
    std::string clusterDomain = "cluster.local";
    HousekeepingOptions housekeeping;
};

/// The node agent. Watches the desired pods that come down the link and what the runtime says; writes
/// containers (through the runtime), pod and node status (up the link) and the last desired state (in the
/// store). When interrupted at any point it finds the truth again from the store and the runtime's inventory;
/// while the link is down it carries on. Everything on one executor, on which it is made and destroyed.
/// Destroying it stops nothing that runs.
class Agent {
  public:
    Agent(nodelink::AgentChannel& channel, Runtime& runtime, StateStore& store, Executor& executor,
          Random& random, AgentOptions options);
    ~Agent();
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    /// Adopts what runs, then opens the link. Once.
    void start();
    /// Told once, when the node is connected and Ready for the first time.
    void setReadyListener(std::function<void()> listener);

    struct PodView {
        PodId id;
        api::core::PodStatus status;
    };
    /// What the agent would report now; for tests and diagnosis.
    std::vector<PodView> pods() const;

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace wheelhouse::agent
