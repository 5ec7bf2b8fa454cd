#pragma once

#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/machines/machine_provider.h"
#include "engine/nodelink/node_hub.h"
#include "vmnodes/agent/agent.h"
#include "vmnodes/simulated/simulated_runtime.h"

#include <memory>
#include <string>

namespace wheelhouse::simulated {

struct SimulatedOptions {
    SimulatedShape shape;      ///< cpus and memory are the machine's own when it says so
    agent::AgentOptions agent; ///< node name, labels and taints are filled in for each
    int mostVolumes = 200;     ///< as many as a machine of the other kind
    Duration boot = std::chrono::milliseconds(20);
};

/// Simulated machines: each an agent on a SimulatedRuntime, all on `nodes`, linked to `hub` within the
/// process. Called on and answering on `control`; `random` is used on `nodes` only. cutPower makes a node
/// fall silent at once and forget its pods; freeze makes its link stand still. Make and destroy it on
/// `control`; `nodes` must run until the destructor returns.
class SimulatedProvider final : public machines::MachineProvider {
  public:
    SimulatedProvider(nodelink::HubPort hub, Executor& nodes, Executor& control, Random& random,
                      SimulatedOptions options = {});
    ~SimulatedProvider() override;

    void setListener(Listener listener) override;
    void ensureRunning(machines::MachineSpec spec) override;
    void cutPower(const std::string& name) override;
    void freeze(const std::string& name) override;
    void thaw(const std::string& name) override;
    void remove(const std::string& name, Done done) override;
    void ensureVolume(machines::VolumeSpec volume, Done done) override;
    void removeVolume(const std::string& handle, Done done) override;
    void attachVolume(const std::string& machine, const std::string& handle, Done done) override;
    void detachVolume(const std::string& machine, const std::string& handle, Done done) override;
    int mostVolumes() const override;
    void shutdown(bool keep, std::function<void()> done) override;

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace wheelhouse::simulated
