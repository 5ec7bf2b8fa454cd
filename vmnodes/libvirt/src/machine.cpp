#include "machine.h"

#include "agent_disk.h"
#include "domain_xml.h"
#include "engine/base/log.h"
#include "processes.h"
#include "vmnodes/libvirt/accelerator.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::libvirt {
namespace fs = std::filesystem;
using machines::MachineState;
using machines::Phase;

namespace {

constexpr auto longestWait = std::chrono::seconds(60);

} // namespace

void IndexPool::reserve(int index) {
    const std::lock_guard lock(mutex_);
    taken_.insert(index);
}

int IndexPool::take() {
    const std::lock_guard lock(mutex_);
    for (int index = 1; index <= mostMachines; ++index)
        if (taken_.insert(index).second) return index;
    return 0;
}

void IndexPool::release(int index) {
    const std::lock_guard lock(mutex_);
    taken_.erase(index);
}

Machine::Machine(Shared& shared, std::string name)
    : shared_(shared), name_(std::move(name)), folder_(shared.options.dataFolder / "machines" / name_),
      console_(folder_.console()), thread_("vm-" + name_) {
    state_.name = name_;
    state_.consolePath = folder_.console().string();
}

Machine::~Machine() = default;

void Machine::post(Task task) {
    ++pending_;
    thread_.post([this, task = std::move(task)] {
        task();
        --pending_;
    });
}

void Machine::publish(const std::function<void(MachineState&)>& change) {
    MachineState copy;
    {
        const std::lock_guard lock(mutex_);
        change(state_);
        copy = state_;
    }
    shared_.publish(copy);
}

MachineState Machine::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

std::string Machine::uuid() const {
    const std::lock_guard lock(mutex_);
    return uuid_;
}

void Machine::refuse(const std::string& message) {
    log::warning("libvirt", "{}: {}", name_, message);
    publish([&](MachineState& state) {
        booting_ = false;
        state.phase = Phase::Failed;
        state.message = message;
        state.consoleTail = console_.tail();
    });
}

void Machine::step(const std::string& name, Instant since) {
    publish([&](MachineState& state) { state.steps.push_back({name, shared_.clock.now() - since, true}); });
}

void Machine::found(const MachineRecord& record) {
    const std::lock_guard lock(mutex_);
    uuid_ = record.uuid;
    state_.accelerator = record.accelerator;
    post([this, record] {
        record_ = record;
        const auto& hypervisor = shared_.hypervisor.get();
        const bool runs = hypervisor && (*hypervisor)->awaitReconnect(record_.uuid);
        publish([&](MachineState& state) { state.phase = runs ? Phase::Booting : Phase::Stopped; });
    });
}

void Machine::ensureRunning(machines::MachineSpec spec) {
    {
        const std::lock_guard lock(mutex_);
        uuid_ = spec.uuid;
    }
    post([this, spec = std::move(spec)]() mutable {
        spec_ = std::move(spec);
        wanted_ = true;
        start();
    });
}

void Machine::start() {
    if (shared_.stopping || !wanted_) return;
    const auto& opened = shared_.hypervisor.get();
    if (!opened) return refuse(opened.error().message);
    Hypervisor& hypervisor = **opened;
    if (hypervisor.find(spec_->uuid) && state().pid != 0) return;
    if (adopt(hypervisor)) return;
    if (shared_.clock.now() < notBefore_) return retryLater();
    const auto created = create(hypervisor);
    if (created) return;
    ++failures_;
    notBefore_ = shared_.clock.now() +
                 std::min<Duration>(std::chrono::seconds(1 << std::min(failures_, 6)), longestWait);
    refuse(created.error().message);
    retryLater();
}

void Machine::retryLater() {
    if (retry_ != 0) return;
    retry_ = thread_.postAfter(std::max(notBefore_ - shared_.clock.now(), Duration::zero()), [this] {
        retry_ = 0;
        start();
    });
}

/// True when the machine runs and is ours from now on.
bool Machine::adopt(Hypervisor& hypervisor) {
    const auto record = folder_.read();
    if (!record || record->uuid != spec_->uuid) return false;
    record_ = *record;
    const std::string folder = folder_.path().string();
    if (!hypervisor.awaitReconnect(record_.uuid)) {
        // libvirt could not take it back, or does not know it: two machines on one disk would ruin it.
        if (const pid_t left = pidOf(folder, record_.uuid); left != 0 && killQemu(left, folder, record_.uuid))
            log::warning("libvirt", "{}: was still running and could not be adopted; starting it again",
                         name_);
        return false;
    }
    const auto cable = shared_.fabric.plug(name_, record_.cable);
    if (!cable) {
        log::warning("libvirt", "{}: its network cable is taken ({}); starting it again", name_,
                     cable.error().message);
        const auto destroyed = hypervisor.destroy(record_.uuid);
        if (!destroyed) refuse(destroyed.error().message);
        return !destroyed;
    }
    log::info("libvirt", "{}: adopted", name_);
    plugVolumes(hypervisor);
    const auto now = shared_.clock.now();
    publish([&](MachineState& state) {
        state.accelerator = record_.accelerator;
        state.steps.clear();
        state.message.clear();
        state.pid = pidOf(folder, record_.uuid);
    });
    booted(now);
    return true;
}

Result<fabric::Cable> Machine::plug() {
    // A new cable for each start: the old one's ports may be anybody's by now.
    shared_.fabric.unplug(name_);
    return shared_.fabric.plug(name_);
}

Result<void> Machine::create(Hypervisor& hypervisor) {
    publish([&](MachineState& state) {
        state.phase = Phase::Creating;
        state.message.clear();
        state.consoleTail.clear();
        state.steps.clear();
        state.pid = 0;
    });
    Instant since = shared_.clock.now();
    const auto& accelerator = libvirt::accelerator();
    publish([&](MachineState& state) { state.accelerator = accelerator.text(); });
    shared_.askForImage();
    const auto& image = shared_.images.get();
    if (!image) return tl::unexpected(image.error());
    publish([](MachineState& state) { state.message.clear(); });
    step("image", since);

    since = shared_.clock.now();
    if (record_.index == 0) record_.index = shared_.indexes.take();
    if (record_.index == 0) return fail(Reason::TooManyRequests, "too many machines");
    if (const auto old = folder_.read(); old && old->uuid != spec_->uuid) {
        // Another machine of this name was deleted while nobody looked: its disk is not this one's.
        if (const auto removed = folder_.remove(); !removed) return removed;
        forgetVolumes();
    }
    const auto cable = plug();
    if (!cable) return tl::unexpected(cable.error());
    record_.name = name_;
    record_.uuid = spec_->uuid;
    record_.cable = *cable;
    record_.accelerator = accelerator.text();
    if (const auto written = folder_.write(record_); !written) return written;
    if (const auto made = folder_.makeDataDisk(spec_->diskGiB); !made) return made;
    const Addresses addresses = addressesOf(record_.index);
    const auto agent = writeAgentDisk({*spec_, addresses, record_.accelerator, shared_.options.mtu,
                                       shared_.options.agentProgram, shared_.options.kubeletConfiguration},
                                      folder_.agentDisk());
    if (!agent) return agent;
    std::error_code error;
    fs::remove(folder_.console(), error);
    step("disks", since);

    since = shared_.clock.now();
    {
        const std::lock_guard lock(mutex_);
        console_.restart();
        marksShown_ = 0;
    }
    const auto started = hypervisor.start(
        domainXml({*spec_, accelerator, *image, addresses, *cable, folder_.dataDisk(), folder_.agentDisk(),
                   folder_.console(), shared_.options.kernelArguments, volumeDisks()}));
    if (!started) {
        shared_.fabric.unplug(name_);
        return started;
    }
    step("start", since);
    publish([&](MachineState& state) { state.pid = pidOf(folder_.path().string(), record_.uuid); });
    booted(since);
    return {};
}

void Machine::booted(Instant since) {
    publish([&](MachineState& state) {
        state.phase = Phase::Booting;
        booting_ = true;
        overdue_ = false;
        bootStarted_ = since;
    });
    observe();
}

bool Machine::observe() {
    MachineState copy;
    bool changed = false;
    bool booting = false;
    {
        const std::lock_guard lock(mutex_);
        if (!booting_) return false;
        console_.poll();
        const auto& marks = console_.marks();
        for (; marksShown_ < marks.size(); ++marksShown_, changed = true) {
            const Duration before = marksShown_ == 0 ? Duration::zero() : marks[marksShown_ - 1].uptime;
            state_.steps.push_back({marks[marksShown_].step,
                                    std::max(marks[marksShown_].uptime - before, Duration::zero()), true});
        }
        if (console_.saw("agent")) {
            state_.phase = Phase::Running;
            state_.message.clear();
            state_.consoleTail.clear();
            booting_ = false;
            changed = true;
        } else if (!overdue_ && shared_.clock.now() - bootStarted_ > shared_.options.bootDeadline) {
            overdue_ = true;
            state_.phase = Phase::Failed;
            const auto seconds =
                std::chrono::duration_cast<std::chrono::seconds>(shared_.options.bootDeadline).count();
            state_.message =
                fmt::format("the machine did not come up within {} s{}; its console says why", seconds,
                            marks.empty() ? "" : " (it got as far as: " + marks.back().step + ")");
            state_.consoleTail = console_.tail();
            changed = true;
        }
        booting = booting_;
        if (changed) copy = state_;
    }
    if (changed) shared_.publish(copy);
    return booting;
}

void Machine::waitsFor(const std::string& what) {
    MachineState copy;
    {
        const std::lock_guard lock(mutex_);
        if (state_.phase != Phase::Creating) return;
        state_.message = what;
        copy = state_;
    }
    shared_.publish(copy);
}

void Machine::stopped() {
    post([this] {
        const auto& opened = shared_.hypervisor.get();
        if (!opened || (*opened)->find(record_.uuid)) return; // started again meanwhile
        bool failed = false;
        publish([&](MachineState& state) {
            console_.poll();
            failed = booting_ && wanted_;
            booting_ = false;
            state.pid = 0;
            if (state.phase == Phase::Failed && !failed) return;
            state.phase = failed ? Phase::Failed : Phase::Stopped;
            if (!failed) return;
            state.message = "the machine stopped while starting" +
                            (console_.failure().empty() ? std::string() : ": " + console_.failure());
            state.consoleTail = console_.tail();
        });
        if (!failed) return;
        ++failures_;
        notBefore_ = shared_.clock.now() +
                     std::min<Duration>(std::chrono::seconds(1 << std::min(failures_, 6)), longestWait);
    });
}

void Machine::cutPower() {
    post([this] {
        wanted_ = false;
        const std::string folder = folder_.path().string();
        const pid_t pid = pidOf(folder, record_.uuid);
        if (pid != 0 && !killQemu(pid, folder, record_.uuid))
            log::warning("libvirt", "{}: its process could not be killed", name_);
        // libvirt has to see that it is gone before it can start again.
        if (const auto& opened = shared_.hypervisor.get(); opened) {
            const auto destroyed = (*opened)->destroy(record_.uuid);
            if (!destroyed) return refuse(destroyed.error().message);
        }
        publish([&](MachineState& state) {
            booting_ = false;
            state.phase = Phase::Stopped;
            state.message.clear();
            state.pid = 0;
        });
    });
}

void Machine::freeze() {
    post([this] {
        const auto& opened = shared_.hypervisor.get();
        const auto frozen = opened ? (*opened)->suspend(record_.uuid) : tl::unexpected(opened.error());
        publish([&](MachineState& state) { state.message = frozen ? "frozen" : frozen.error().message; });
    });
}

void Machine::thaw() {
    post([this] {
        const auto& opened = shared_.hypervisor.get();
        const auto thawed = opened ? (*opened)->resume(record_.uuid) : tl::unexpected(opened.error());
        publish([&](MachineState& state) { state.message = thawed ? "" : thawed.error().message; });
    });
}

/// Stops the domain, with SIGKILL when libvirt cannot.
void Machine::halt(bool unplugToo) {
    wanted_ = false;
    const std::string folder = folder_.path().string();
    const auto& opened = shared_.hypervisor.get();
    const bool destroyed = opened && (*opened)->destroy(record_.uuid);
    if (!destroyed)
        if (const pid_t pid = pidOf(folder, record_.uuid); pid != 0) killQemu(pid, folder, record_.uuid);
    if (unplugToo) shared_.fabric.unplug(name_);
    publish([&](MachineState& state) {
        booting_ = false;
        state.phase = Phase::Stopped;
        state.message.clear();
        state.pid = 0;
    });
}

void Machine::remove(Done done) {
    post([this, done = std::move(done)] {
        if (record_.uuid.empty())
            if (const auto record = folder_.read()) record_ = *record;
        halt(true);
        if (auto ended = record_.uuid.empty() ? Result<void>() : endProcess(); !ended) return done(ended);
        const auto removed = folder_.remove();
        if (removed) forgetVolumes();
        if (removed && record_.index != 0) shared_.indexes.release(record_.index);
        record_ = {};
        spec_.reset();
        done(removed);
    });
}

void Machine::stop(std::function<void()> done) {
    post([this, done = std::move(done)] {
        if (!record_.uuid.empty()) halt(true);
        done();
    });
}

void Machine::killHard() {
    const std::string folder = folder_.path().string();
    const std::string uuid = this->uuid();
    if (const pid_t pid = pidOf(folder, uuid); pid != 0) killQemu(pid, folder, uuid);
}

} // namespace wheelhouse::libvirt
