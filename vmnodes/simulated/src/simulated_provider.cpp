#include "vmnodes/simulated/simulated_provider.h"

#include "engine/nodelink/local_link.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wheelhouse::simulated {

using machines::MachineSpec;
using machines::MachineState;
using machines::Phase;

namespace {

/// A link that can be held: what is said on it while held is said when it is let go. What freezing a node
/// means.
class HoldableChannel final : public nodelink::AgentChannel {
  public:
    explicit HoldableChannel(std::unique_ptr<nodelink::AgentChannel> inner) : inner_(std::move(inner)) {}

    void start(Handlers handlers) override {
        handlers_ = std::move(handlers);
        inner_->start({.onUp = [this] { now([this] { handlers_.onUp(); }); },
                       .onMessage =
                           [this](const nodelink::ToAgent& message) {
                               if (!held_) return handlers_.onMessage(message);
                               waiting_.push_back([this, message] { handlers_.onMessage(message); });
                           },
                       .onDown = [this] { now([this] { handlers_.onDown(); }); }});
    }
    bool send(nodelink::FromAgent message) override {
        if (!held_) return inner_->send(std::move(message));
        waiting_.push_back([this, message = std::move(message)] { inner_->send(message); });
        return true;
    }
    void hold() { held_ = true; }
    void letGo() {
        held_ = false;
        for (const auto& task : std::exchange(waiting_, {}))
            task();
    }

  private:
    void now(std::function<void()> task) {
        if (held_)
            waiting_.push_back(std::move(task));
        else
            task();
    }
    std::unique_ptr<nodelink::AgentChannel> inner_;
    Handlers handlers_;
    bool held_ = false;
    std::vector<std::function<void()>> waiting_;
};

/// One powered machine; lives and dies on the nodes' executor.
struct Node {
    Node(Executor& executor, Random& random, const nodelink::HubPort& hub, const SimulatedShape& shape,
         const agent::AgentOptions& options, std::shared_ptr<SharedLoads> loads)
        : runtime(executor, random, shape, std::move(loads)),
          channel(nodelink::connectLocal(NodeName(options.nodeName), hub, executor)),
          agent(channel, runtime, store, executor, random, options) {
        agent.start();
    }
    SimulatedRuntime runtime;
    agent::NoStateStore store;
    HoldableChannel channel;
    agent::Agent agent;
};

} // namespace

struct SimulatedProvider::Impl : std::enable_shared_from_this<SimulatedProvider::Impl> {
    struct Machine {
        MachineSpec spec;
        MachineState state;
        std::uint32_t index = 0;
        std::uint64_t epoch = 0; ///< grows whenever the power changes: what an earlier boot says is ignored
    };
    /// The nodes' side; touched on their executor only. Shared with the tasks that are on their way there.
    struct Fleet {
        std::shared_ptr<SharedLoads> loads = std::make_shared<SharedLoads>();
        std::unordered_map<std::string, std::unique_ptr<Node>> nodes;
        bool over = false;
    };

    Impl(Executor& control, Executor& nodes, Random& random, nodelink::HubPort hub, SimulatedOptions options)
        : control_(control), nodes_(nodes), random_(random), hub_(std::move(hub)),
          options_(std::move(options)) {}

    void tell(const Machine& machine) {
        control_.post([weak = weak_from_this(), state = machine.state] {
            const auto self = weak.lock();
            if (self && self->listener_) self->listener_(state);
        });
    }
    void answer(Done done, Result<void> result) {
        control_.post([done = std::move(done), result = std::move(result)] { done(result); });
    }
    void power(Machine& machine);
    void unplug(Machine& machine);
    SimulatedShape shapeOf(const Machine& machine) const;
    agent::AgentOptions agentOf(const MachineSpec& spec) const;

    Executor& control_;
    Executor& nodes_;
    Random& random_;
    nodelink::HubPort hub_;
    SimulatedOptions options_;
    Listener listener_;
    std::map<std::string, Machine> machines_;
    std::map<std::string, std::string> volumes_; ///< the machine that has it, by handle; or nobody
    std::uint32_t nextIndex_ = 0;
    std::shared_ptr<Fleet> fleet_ = std::make_shared<Fleet>();
};

SimulatedShape SimulatedProvider::Impl::shapeOf(const Machine& machine) const {
    SimulatedShape shape = options_.shape;
    const MachineSpec defaults;
    if (machine.spec.cpus != defaults.cpus) shape.cpus = machine.spec.cpus;
    if (machine.spec.memoryMiB != defaults.memoryMiB) shape.memoryMiB = machine.spec.memoryMiB;
    shape.zone = machine.spec.zone;
    shape.index = machine.index;
    return shape;
}

agent::AgentOptions SimulatedProvider::Impl::agentOf(const MachineSpec& spec) const {
    agent::AgentOptions options = options_.agent;
    options.nodeName = spec.name;
    for (const auto& [key, value] : spec.nodeLabels)
        options.labels[key] = value;
    if (!spec.zone.empty()) options.labels["topology.kubernetes.io/zone"] = spec.zone;
    options.taints = spec.nodeTaints;
    return options;
}

void SimulatedProvider::Impl::power(Machine& machine) {
    machine.state.phase = Phase::Booting;
    machine.state.message.clear();
    tell(machine);
    const std::uint64_t epoch = ++machine.epoch;
    const std::string name = machine.spec.name;
    nodes_.postAfter(options_.boot, [this, self = shared_from_this(), fleet = fleet_, name, epoch,
                                     shape = shapeOf(machine), options = agentOf(machine.spec)] {
        if (fleet->over) return;
        control_.post([weak = std::weak_ptr(self), name, epoch, fleet, shape, options] {
            const auto self = weak.lock();
            if (!self) return;
            const auto it = self->machines_.find(name);
            if (it == self->machines_.end() || it->second.epoch != epoch) return; // unplugged while it booted
            self->nodes_.post([self, fleet, name, shape, options] {
                if (!fleet->over)
                    fleet->nodes[name] = std::make_unique<Node>(self->nodes_, self->random_, self->hub_,
                                                                shape, options, fleet->loads);
            });
            it->second.state.phase = Phase::Running;
            it->second.state.steps = {{"power", Duration::zero(), true},
                                      {"agent", self->options_.boot, true}};
            self->tell(it->second);
        });
    });
}

void SimulatedProvider::Impl::unplug(Machine& machine) {
    ++machine.epoch;
    machine.state.phase = Phase::Stopped;
    nodes_.post([fleet = fleet_, name = machine.spec.name] { fleet->nodes.erase(name); });
}

SimulatedProvider::SimulatedProvider(nodelink::HubPort hub, Executor& nodes, Executor& control,
                                     Random& random, SimulatedOptions options)
    : impl_(std::make_shared<Impl>(control, nodes, random, std::move(hub), std::move(options))) {}

SimulatedProvider::~SimulatedProvider() {
    impl_->listener_ = nullptr;
    impl_->nodes_.post([fleet = impl_->fleet_] {
        fleet->over = true;
        fleet->nodes.clear();
    });
}

void SimulatedProvider::setListener(Listener listener) {
    impl_->listener_ = std::move(listener);
    for (const auto& [name, machine] : impl_->machines_)
        impl_->tell(machine);
}

void SimulatedProvider::ensureRunning(MachineSpec spec) {
    auto [it, added] = impl_->machines_.try_emplace(spec.name);
    Impl::Machine& machine = it->second;
    if (added) {
        machine.index = impl_->nextIndex_++;
        machine.state.name = spec.name;
        machine.state.accelerator = "simulated";
    }
    const bool off = machine.state.phase == Phase::Pending || machine.state.phase == Phase::Stopped;
    machine.spec = std::move(spec);
    if (off) impl_->power(machine);
}

void SimulatedProvider::cutPower(const std::string& name) {
    const auto it = impl_->machines_.find(name);
    if (it == impl_->machines_.end() || it->second.state.phase == Phase::Stopped) return;
    impl_->unplug(it->second);
    impl_->tell(it->second);
}

void SimulatedProvider::freeze(const std::string& name) {
    impl_->nodes_.post([fleet = impl_->fleet_, name] {
        const auto it = fleet->nodes.find(name);
        if (it != fleet->nodes.end()) it->second->channel.hold();
    });
}

void SimulatedProvider::thaw(const std::string& name) {
    impl_->nodes_.post([fleet = impl_->fleet_, name] {
        const auto it = fleet->nodes.find(name);
        if (it != fleet->nodes.end()) it->second->channel.letGo();
    });
}

void SimulatedProvider::remove(const std::string& name, Done done) {
    const auto it = impl_->machines_.find(name);
    if (it != impl_->machines_.end()) {
        impl_->unplug(it->second);
        impl_->machines_.erase(it);
        for (auto& [handle, holder] : impl_->volumes_)
            if (holder == name) holder.clear();
    }
    impl_->nodes_.post(
        [control = &impl_->control_, done = std::move(done)] { control->post([done] { done({}); }); });
}

void SimulatedProvider::ensureVolume(machines::VolumeSpec volume, Done done) {
    impl_->volumes_.try_emplace(volume.handle);
    impl_->answer(std::move(done), {});
}

void SimulatedProvider::removeVolume(const std::string& handle, Done done) {
    const auto it = impl_->volumes_.find(handle);
    if (it != impl_->volumes_.end() && !it->second.empty())
        return impl_->answer(std::move(done),
                             fail(Reason::Conflict, "volume " + handle + " is attached to " + it->second));
    impl_->volumes_.erase(handle);
    impl_->answer(std::move(done), {});
}

void SimulatedProvider::attachVolume(const std::string& machine, const std::string& handle, Done done) {
    if (!impl_->machines_.contains(machine))
        return impl_->answer(std::move(done), fail(Reason::NotFound, "there is no machine " + machine));
    // What was made in an earlier run is known by its use: a simulated volume is nothing but a name.
    std::string& holder = impl_->volumes_[handle];
    if (!holder.empty() && holder != machine)
        return impl_->answer(std::move(done),
                             fail(Reason::Conflict, "volume " + handle + " is attached to " + holder));
    const auto held = std::count_if(impl_->volumes_.begin(), impl_->volumes_.end(),
                                    [&](const auto& volume) { return volume.second == machine; });
    if (holder.empty() && held >= mostVolumes())
        return impl_->answer(
            std::move(done),
            fail(Reason::TooManyRequests, "machine " + machine + " has as many volumes as it can have"));
    holder = machine;
    impl_->answer(std::move(done), {});
}

void SimulatedProvider::detachVolume(const std::string& machine, const std::string& handle, Done done) {
    const auto it = impl_->volumes_.find(handle);
    if (it != impl_->volumes_.end() && it->second == machine) it->second.clear();
    impl_->answer(std::move(done), {});
}

int SimulatedProvider::mostVolumes() const {
    return impl_->options_.mostVolumes;
}

void SimulatedProvider::shutdown(bool, std::function<void()> done) {
    for (auto& [name, machine] : impl_->machines_)
        ++machine.epoch;
    impl_->machines_.clear();
    impl_->nodes_.post([fleet = impl_->fleet_, control = &impl_->control_, done = std::move(done)] {
        fleet->over = true;
        fleet->nodes.clear();
        control->post(done);
    });
}

} // namespace wheelhouse::simulated
