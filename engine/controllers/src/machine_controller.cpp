#include "machine_controller.h"

#include "fault_plan.h"

#include <algorithm>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>

namespace wheelhouse::controllers {

namespace {

constexpr const char* finalizer = "lab.wheelhouse.dev/machine";
constexpr Duration statusPace = std::chrono::milliseconds(500);
constexpr Duration restartStoppedAfter = std::chrono::minutes(5);
constexpr Duration firstRetry = std::chrono::seconds(30);
constexpr Duration longestRetry = std::chrono::minutes(10);
constexpr std::size_t mostConsole = 4096;

const char* phaseName(machines::Phase phase) {
    switch (phase) {
    case machines::Phase::Pending:
        return "Pending";
    case machines::Phase::Creating:
        return "Creating";
    case machines::Phase::Booting:
        return "Booting";
    case machines::Phase::Running:
        return "Running";
    case machines::Phase::Stopped:
        return "Stopped";
    case machines::Phase::Failed:
        return "Failed";
    }
    return "Pending";
}

bool isUp(machines::Phase phase) {
    return phase == machines::Phase::Pending || phase == machines::Phase::Creating ||
           phase == machines::Phase::Booting || phase == machines::Phase::Running;
}

Duration retryAfter(int failures) {
    Duration delay = firstRetry;
    for (int i = 1; i < failures && delay < longestRetry; ++i)
        delay *= 2;
    return std::min(delay, longestRetry);
}

void fill(api::lab::MachineStatus& status, const machines::MachineState& state) {
    status.set_phase(phaseName(state.phase));
    status.set_accelerator(state.accelerator);
    status.set_message(state.message);
    status.set_consolepath(state.consolePath);
    const auto& tail = state.consoleTail;
    status.set_consoletail(tail.size() > mostConsole ? tail.substr(tail.size() - mostConsole) : tail);
    status.set_pid(state.pid);
    status.clear_steps();
    for (const machines::Step& step : state.steps) {
        auto& each = *status.add_steps();
        each.set_name(step.name);
        each.set_milliseconds(std::chrono::duration_cast<std::chrono::milliseconds>(step.took).count());
        each.set_done(step.done);
    }
}

} // namespace

MachineController::MachineController(const Deps& deps)
    : QueuedController(deps, "machine", 1024), providers_(deps.providers),
      machines_(watch<Machine>(enqueueSelf())),
      faults_(watch<api::lab::Fault>(onAny([this](const ObjectPtr& object) {
          const auto fault = object->as<api::lab::Fault>();
          if (!fault.spec().has_nodepower()) return;
          for (const api::lab::FaultTarget& target : fault.status().targets())
              enqueue(target.node());
      }))) {
    indexByTarget(faults_);
}

MachineController::~MachineController() {
    MachineController::stop();
}

void MachineController::started() {
    for (const auto& [name, provider] : providers_)
        provider->setListener(
            [this, name = name](const machines::MachineState& state) { reported(name, state); });
}

void MachineController::stop() {
    // Machines may run on without this program; none is left standing that only a Fault holds.
    for (const ObjectPtr& object : machines_.all()) {
        const auto machine = object->as<Machine>();
        const auto provider = providers_.find(machine.spec().provider());
        const Power power = powerOf(machine);
        if (provider != providers_.end() && power.wanted == "Frozen" && !power.fault.empty())
            provider->second->thaw(object->name());
    }
    for (const auto& [name, provider] : providers_)
        provider->setListener(nullptr);
    providers_.clear();
    QueuedController::stop();
}

void MachineController::reported(const std::string& provider, const machines::MachineState& state) {
    Known& known = known_[state.name];
    const bool failedAnew = state.phase == machines::Phase::Failed &&
                            (!known.state || known.state->phase != machines::Phase::Failed);
    if (failedAnew) {
        ++known.failures;
        known.failedAt = now();
    }
    if (state.phase == machines::Phase::Stopped && (!known.state || known.state->phase != state.phase))
        known.failedAt = now();
    if (state.phase == machines::Phase::Running) known.failures = 0;
    known.provider = provider;
    known.state = state;
    enqueue(state.name);
}

Step MachineController::reconcile(std::string key) {
    const ObjectPtr object = machines_.get(key);
    if (!object) {
        auto swept = co_await removeStray(key);
        co_return swept;
    }
    auto machine = object->as<Machine>();
    if (object->deleting()) {
        auto removed = co_await removeMachine(object, std::move(machine));
        co_return removed;
    }
    const auto& finalizers = machine.metadata().finalizers();
    if (std::find(finalizers.begin(), finalizers.end(), finalizer) == finalizers.end()) {
        // First the promise to clean up, then anything to clean up.
        machine.mutable_metadata()->add_finalizers(finalizer);
        auto written = co_await api_.update(std::move(machine));
        co_return unlessGone(written);
    }
    const auto provider = providers_.find(machine.spec().provider());
    std::string problem;
    if (provider == providers_.end())
        problem = "This lab makes no machines of the kind \"" + machine.spec().provider() + "\".";
    else
        command(object, machine, *provider->second, known_[key]);
    announce(object, known_[key]);
    auto written = co_await writeStatus(object, std::move(machine), std::move(problem));
    co_return written;
}

machines::MachineSpec MachineController::specOf(const ObjectPtr& object, const Machine& machine) const {
    const auto& spec = machine.spec();
    machines::MachineSpec wanted;
    wanted.name = object->name();
    wanted.uuid = object->uid().value();
    if (spec.cpus() > 0) wanted.cpus = spec.cpus();
    if (spec.memorymib() > 0) wanted.memoryMiB = spec.memorymib();
    if (spec.diskgib() > 0) wanted.diskGiB = spec.diskgib();
    wanted.zone = spec.zone();
    wanted.nodeLabels.insert(spec.nodelabels().begin(), spec.nodelabels().end());
    wanted.nodeLabels["kubernetes.io/hostname"] = object->name();
    wanted.nodeLabels["wheelhouse.dev/provider"] = spec.provider();
    if (!spec.zone().empty()) wanted.nodeLabels["topology.kubernetes.io/zone"] = spec.zone();
    wanted.nodeTaints.assign(spec.nodetaints().begin(), spec.nodetaints().end());
    if (spec.provider() == "simulated" && options_.taintSimulated)
        wanted.nodeTaints.emplace_back("wheelhouse.dev/simulated=:NoSchedule");
    if (options_.bootstrapFor)
        wanted.bootstrap = options_.bootstrapFor(object->name(), machine.spec().provider());
    return wanted;
}

MachineController::Power MachineController::powerOf(const Machine& machine) const {
    Power out{machine.spec().power().empty() ? "On" : machine.spec().power(), {}};
    if (out.wanted == "Off") return out;
    auto worst = out.wanted == "Frozen" ? PowerFault::Frozen : PowerFault::None;
    for (const ObjectPtr& object : faults_.byIndex(byTarget, machine.metadata().name())) {
        const auto fault = object->as<api::lab::Fault>();
        if (!isInForce(object, fault, wallNow())) continue;
        const PowerFault by = powerFaultOf(fault, machine.metadata().name());
        if (by <= worst) continue;
        worst = by;
        out = {by == PowerFault::Cut ? "Off" : "Frozen", object->name()};
    }
    return out;
}

/// Tells the provider what is wanted of the machine's power, unless it was told and is at it.
void MachineController::command(const ObjectPtr& object, const Machine& machine,
                                machines::MachineProvider& provider, Known& known) {
    const std::string power = powerOf(machine).wanted;
    const bool isNew = known.commanded != power;
    const auto phase = known.state ? known.state->phase : machines::Phase::Pending;
    const std::string before = std::exchange(known.commanded, power);
    if (power == "Off") {
        if (isNew) provider.cutPower(object->name());
        return;
    }
    bool start = isNew && before != "On" && before != "Frozen";
    if (!start && !isUp(phase)) {
        const bool failed = phase == machines::Phase::Failed;
        const Duration wait = failed ? retryAfter(known.failures) : restartStoppedAfter;
        const Duration left = known.failedAt + wait - now();
        start = left <= Duration::zero();
        if (!start) enqueueAfter(object->key(), left);
    }
    if (start) {
        known.failedAt = now();
        provider.ensureRunning(specOf(object, machine));
    }
    // One that is not up yet is frozen as soon as it runs.
    if (phase != machines::Phase::Running) known.frozen = false;
    if (power == "Frozen" && phase == machines::Phase::Running && !std::exchange(known.frozen, true))
        provider.freeze(object->name());
    // One that runs since before this controller may still stand where somebody froze it.
    const bool maybeFrozen = known.frozen || (before.empty() && known.state);
    if (power != "Frozen" && isNew && maybeFrozen) provider.thaw(object->name());
    if (power != "Frozen") known.frozen = false;
}

void MachineController::announce(const ObjectPtr& object, Known& known) {
    if (!known.state) return;
    const std::string phase = phaseName(known.state->phase);
    if (phase == known.announced) return;
    known.announced = phase;
    using Type = client::EventRecorder::Type;
    if (phase == "Running") events_.record(object, Type::Normal, "MachineRunning", "The machine runs.");
    if (phase == "Stopped") events_.record(object, Type::Normal, "MachineStopped", "The machine is off.");
    if (phase == "Failed") events_.record(object, Type::Warning, "MachineFailed", known.state->message);
}

Step MachineController::writeStatus(ObjectPtr object, Machine machine, std::string problem) {
    Known& known = known_[object->name()];
    const auto before = machine.status();
    auto& status = *machine.mutable_status();
    if (!problem.empty()) {
        status.set_phase("Failed");
        status.set_message(problem);
    } else if (known.state) {
        fill(status, *known.state);
        const Power power = powerOf(machine);
        if (!power.fault.empty())
            status.set_message(
                fmt::format("The Fault \"{}\" {}.", power.fault,
                            power.wanted == "Off" ? "has cut its power" : "makes it stand still"));
        else if (known.state->phase == machines::Phase::Stopped && power.wanted != "Off" &&
                 status.message().empty())
            status.set_message("The machine stopped by itself. Switch its power off and on to start it now.");
    } else {
        status.set_phase("Pending");
    }
    if (google::protobuf::util::MessageDifferencer::Equivalent(before, status)) co_return Result<void>();
    // A booting machine reports many times a second: people and watches need fewer.
    const Duration since = now() - known.wrote;
    const bool samePhase = before.phase() == status.phase();
    if (samePhase && known.wrote != Instant{} && since < statusPace) {
        enqueueAfter(object->key(), statusPace - since);
        co_return Result<void>();
    }
    known.wrote = now();
    auto written = co_await api_.updateStatus(std::move(machine));
    co_return unlessGone(written);
}

Step MachineController::removeMachine(ObjectPtr object, Machine machine) {
    auto& finalizers = *machine.mutable_metadata()->mutable_finalizers();
    const auto ours = std::find(finalizers.begin(), finalizers.end(), finalizer);
    if (ours == finalizers.end()) co_return Result<void>();
    const auto provider = providers_.find(machine.spec().provider());
    if (provider != providers_.end()) {
        client::Call<void> removing(
            [owner = provider->second, name = object->name()](client::Callback<void> done) {
                owner->remove(name, std::move(done));
            });
        auto removed = co_await removing;
        if (!removed) {
            events_.record(object, client::EventRecorder::Type::Warning, "MachineRemovalFailed",
                           removed.error().message);
            co_return removed;
        }
    }
    known_.erase(object->name());
    const auto& nodes = api::kindOf<core::Node>().name;
    client::Call<client::Written> forgetting(
        [cluster = &api_.cluster(), nodes, name = object->name()](client::Callback<client::Written> done) {
            cluster->remove(nodes, {}, name, {}, std::move(done));
        });
    auto forgotten = co_await forgetting;
    if (auto gone = unlessGone(forgotten); !gone) co_return gone;
    finalizers.erase(ours);
    auto written = co_await api_.update(std::move(machine));
    co_return unlessGone(written);
}

/// A machine no object stands for: left from before a lost data folder or a removal that was cut short.
Step MachineController::removeStray(std::string name) {
    const auto found = known_.find(name);
    if (found == known_.end()) co_return Result<void>();
    const auto provider = providers_.find(found->second.provider);
    // The object may just be on its way to the informer: ask the server itself.
    auto live = co_await api_.get<Machine>(std::string(), name);
    if (live) co_return Result<void>();
    if (live.error().reason != Reason::NotFound) co_return fail(live.error());
    known_.erase(name);
    if (provider == providers_.end()) co_return Result<void>();
    log::info(name_, "removing {}, which no Machine stands for", name);
    client::Call<void> removing([owner = provider->second, name](client::Callback<void> done) {
        owner->remove(name, std::move(done));
    });
    auto removed = co_await removing;
    known_.erase(name);
    co_return removed;
}

} // namespace wheelhouse::controllers
