#include "vmnodes/libvirt/libvirt_provider.h"

#include "domain_xml.h"
#include "engine/base/log.h"
#include "machine.h"
#include "processes.h"
#include "vmnodes/libvirt/accelerator.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <utility>

namespace wheelhouse::libvirt {
namespace {

constexpr auto bootTick = std::chrono::milliseconds(50);
constexpr auto idleTick = std::chrono::seconds(1);

} // namespace

/// Lives on the control executor, but for `shared`, whose parts say themselves who may use them.
struct LibvirtProvider::Impl : std::enable_shared_from_this<Impl> {
    Impl(const Options& options, fabric::Fabric& fabric, Executor& e, Clock& clock)
        : executor(e), shared{options, fabric, clock, {}, VolumePool(options.dataFolder / "volumes"),
                              {},      {},     {},    {}, false} {}

    void begin(ImageSource images);
    void end();
    Machine& machineOf(const std::string& name);
    std::shared_ptr<Machine> byUuid(const std::string& uuid);
    void wakeUp();
    void open();
    void fetchImage();
    void tick();
    /// Null when there never was one of this name.
    std::shared_ptr<Machine> known(const std::string& name);
    /// `done`, on the control executor.
    Done onControl(Done done);
    void stopAll(const std::function<void()>& done);

    Executor& executor;
    Shared shared;
    Listener listener;
    ImageSource imageSource;
    std::once_flag imageOnce;
    std::vector<MachineRecord> records; // as found on disk; never changed
    bool awake = false;
    std::promise<Result<Hypervisor*>> hypervisorPromise;
    std::promise<Result<image::ImagePaths>> imagePromise;
    std::unique_ptr<Hypervisor> hypervisor; // the opener's thread makes it, the destructor ends it
    std::mutex mutex;                       // guards `machines`
    std::map<std::string, std::shared_ptr<Machine>> machines;
    ScopedTimer shutdownDeadline;
    std::map<std::string, std::uint64_t> asked; // how often each machine was asked to run
    bool opened = false;                        // the opener's thread's, and the destructor's after it ended
    bool imagesAsked = false;                   // the same, of the image thread
    std::unique_ptr<ThreadExecutor> opener;
    std::unique_ptr<ThreadExecutor> imageThread;
    std::unique_ptr<ThreadExecutor> monitor;
    std::unique_ptr<ThreadExecutor> keeper; ///< of volumes
};

void LibvirtProvider::Impl::begin(ImageSource images) {
    shared.hypervisor = hypervisorPromise.get_future().share();
    shared.images = imagePromise.get_future().share();
    shared.publish = [weak = weak_from_this(), &executor = executor](const machines::MachineState& state) {
        executor.post([weak, state] {
            const auto self = weak.lock();
            if (self && self->listener) self->listener(state);
        });
    };
    opener = std::make_unique<ThreadExecutor>("libvirt");
    imageThread = std::make_unique<ThreadExecutor>("node-image");
    monitor = std::make_unique<ThreadExecutor>("vm-monitor");
    keeper = std::make_unique<ThreadExecutor>("volumes");
    imageSource = std::move(images);
    shared.askForImage = [this] { std::call_once(imageOnce, [this] { fetchImage(); }); };
    // Machines on disk are known from the start; whether they run is found out on their own threads.
    records = readMachines(shared.options.dataFolder / "machines");
    std::error_code error;
    if (!records.empty() || std::filesystem::exists(shared.options.dataFolder / "libvirt", error)) wakeUp();
    for (const auto& record : records) {
        shared.indexes.reserve(record.index);
        for (const std::string& handle : record.volumes)
            shared.volumes.restore(handle, record.name);
        machineOf(record.name).found(record);
    }
}

/// Before the first machine's first task: a lab without virtual machines never gets here.
void LibvirtProvider::Impl::wakeUp() {
    if (std::exchange(awake, true)) return;
    opener->post([this] {
        opened = true;
        open();
    });
    monitor->post([this] { tick(); });
}

void LibvirtProvider::Impl::fetchImage() {
    imageThread->post([this] {
        imagesAsked = true;
        const auto tell = [this](const image::Progress& progress) {
            log::info("libvirt", "node image: {} ({:.0f}%)", progress.step, progress.fraction * 100);
            const std::lock_guard lock(mutex);
            for (const auto& [name, machine] : machines)
                machine->waitsFor(fmt::format("making the node image: {} ({:.0f}%)", progress.step,
                                              progress.fraction * 100));
        };
        imagePromise.set_value(imageSource(tell, shared.stopping));
    });
}

void LibvirtProvider::Impl::open() {
    accelerator(); // off everybody's way, before the first machine asks
    auto opened = Hypervisor::open(shared.options.dataFolder / "libvirt", [this](const std::string& uuid) {
        if (const auto machine = byUuid(uuid)) machine->stopped();
    });
    if (!opened) {
        log::warning("libvirt", "{}", opened.error().message);
        hypervisorPromise.set_value(tl::unexpected(opened.error()));
        return;
    }
    hypervisor = std::move(*opened);
    const auto known = [this](const std::string& uuid) {
        return std::any_of(records.begin(), records.end(),
                           [&uuid](const MachineRecord& record) { return record.uuid == uuid; });
    };
    for (const auto& domain : hypervisor->running()) {
        if (known(domain.uuid)) continue;
        log::warning("libvirt", "{}: runs but is nobody's; stopping it", domain.name);
        hypervisor->awaitReconnect(domain.uuid);
        const auto destroyed = hypervisor->destroy(domain.uuid);
        if (!destroyed) log::warning("libvirt", "{}: {}", domain.name, destroyed.error().message);
    }
    const std::string folder = (shared.options.dataFolder / "machines").string();
    for (const auto& process : qemuProcesses(folder)) {
        if (known(process.uuid)) continue;
        log::warning("libvirt", "process {} is a machine that nobody knows; killing it", process.pid);
        killQemu(process.pid, folder, process.uuid);
    }
    hypervisorPromise.set_value(hypervisor.get());
}

Machine& LibvirtProvider::Impl::machineOf(const std::string& name) {
    const std::lock_guard lock(mutex);
    auto& machine = machines[name];
    if (machine == nullptr) machine = std::make_shared<Machine>(shared, name);
    return *machine;
}

std::shared_ptr<Machine> LibvirtProvider::Impl::byUuid(const std::string& uuid) {
    const std::lock_guard lock(mutex);
    for (const auto& [name, machine] : machines)
        if (machine->uuid() == uuid) return machine;
    return nullptr;
}

void LibvirtProvider::Impl::tick() {
    std::vector<std::shared_ptr<Machine>> all;
    {
        const std::lock_guard lock(mutex);
        for (const auto& [name, machine] : machines)
            all.push_back(machine);
    }
    bool booting = false;
    for (const auto& machine : all)
        booting = machine->observe() || booting;
    monitor->postAfter(booting ? Duration(bootTick) : Duration(idleTick), [this] { tick(); });
}

void LibvirtProvider::Impl::end() {
    shared.stopping = true;
    listener = nullptr;
    monitor.reset();
    keeper.reset();
    imageThread.reset();
    opener.reset();
    // Machines' threads that wait for what will never come must come to an end before they can be joined.
    if (!opened) hypervisorPromise.set_value(fail(Reason::ServiceUnavailable, "shutting down"));
    if (!imagesAsked) imagePromise.set_value(fail(Reason::ServiceUnavailable, "shutting down"));
    std::map<std::string, std::shared_ptr<Machine>> last;
    {
        const std::lock_guard lock(mutex);
        last.swap(machines);
    }
    last.clear();
    hypervisor.reset();
}

LibvirtProvider::LibvirtProvider(Options options, ImageSource images, fabric::Fabric& fabric,
                                 Executor& executor, Clock& clock)
    : impl_(std::make_shared<Impl>(std::move(options), fabric, executor, clock)) {
    impl_->begin(std::move(images));
}

LibvirtProvider::~LibvirtProvider() {
    impl_->end();
}

void LibvirtProvider::setListener(Listener listener) {
    impl_->listener = std::move(listener);
    const std::lock_guard lock(impl_->mutex);
    for (const auto& [name, machine] : impl_->machines)
        impl_->shared.publish(machine->state());
}

void LibvirtProvider::ensureRunning(machines::MachineSpec spec) {
    impl_->wakeUp();
    ++impl_->asked[spec.name];
    Machine& machine = impl_->machineOf(spec.name);
    machine.ensureRunning(std::move(spec));
}

void LibvirtProvider::cutPower(const std::string& name) {
    impl_->wakeUp();
    impl_->machineOf(name).cutPower();
}

void LibvirtProvider::freeze(const std::string& name) {
    impl_->wakeUp();
    impl_->machineOf(name).freeze();
}

void LibvirtProvider::thaw(const std::string& name) {
    impl_->wakeUp();
    impl_->machineOf(name).thaw();
}

void LibvirtProvider::remove(const std::string& name, Done done) {
    impl_->wakeUp();
    impl_->machineOf(name).remove([weak = impl_->weak_from_this(), &executor = impl_->executor, name,
                                   asked = impl_->asked[name], done = std::move(done)](Result<void> result) {
        executor.post([weak, name, asked, done, result = std::move(result)] {
            if (const auto self = weak.lock()) {
                std::shared_ptr<Machine> gone; // ended after the lock is let go
                const std::lock_guard lock(self->mutex);
                const auto found = self->machines.find(name);
                if (result && found != self->machines.end() && self->asked[name] == asked) {
                    self->asked.erase(name);
                    gone = std::move(found->second);
                    self->machines.erase(found);
                }
            }
            if (done) done(result);
        });
    });
}

void LibvirtProvider::Impl::stopAll(const std::function<void()>& done) {
    struct Countdown {
        std::size_t left = 0;
        bool over = false;
    };
    const auto countdown = std::make_shared<Countdown>();
    const auto finish = [this, countdown, done] {
        if (std::exchange(countdown->over, true)) return;
        shutdownDeadline.stop();
        done();
    };
    std::vector<std::shared_ptr<Machine>> all;
    {
        const std::lock_guard lock(mutex);
        for (const auto& [name, machine] : machines)
            all.push_back(machine);
    }
    countdown->left = all.size();
    if (all.empty()) return finish();
    shutdownDeadline.start(executor, shared.options.shutdownGrace, [all, finish] {
        for (const auto& machine : all)
            if (machine->pending() > 0) machine->killHard();
        finish();
    });
    for (const auto& machine : all)
        machine->stop([weak = weak_from_this(), &executor = executor, countdown, finish] {
            executor.post([weak, countdown, finish] {
                if (weak.lock() != nullptr && --countdown->left == 0) finish();
            });
        });
}

std::shared_ptr<Machine> LibvirtProvider::Impl::known(const std::string& name) {
    const std::lock_guard lock(mutex);
    const auto found = machines.find(name);
    return found == machines.end() ? nullptr : found->second;
}

LibvirtProvider::Done LibvirtProvider::Impl::onControl(Done done) {
    return [&executor = executor, done = std::move(done)](Result<void> result) {
        executor.post([done, result = std::move(result)] { done(result); });
    };
}

void LibvirtProvider::ensureVolume(machines::VolumeSpec volume, Done done) {
    impl_->keeper->post(
        [impl = impl_.get(), volume = std::move(volume), done = impl_->onControl(std::move(done))] {
            const std::string holder = impl->shared.volumes.holder(volume.handle);
            if (const auto machine = holder.empty() ? nullptr : impl->known(holder))
                return machine->growVolume(volume, done);
            done(impl->shared.volumes.make(volume));
        });
}

void LibvirtProvider::removeVolume(const std::string& handle, Done done) {
    impl_->keeper->post([impl = impl_.get(), handle, done = impl_->onControl(std::move(done))] {
        done(impl->shared.volumes.remove(handle));
    });
}

void LibvirtProvider::attachVolume(const std::string& name, const std::string& handle, Done done) {
    const auto machine = impl_->known(name);
    const auto tell = impl_->onControl(std::move(done));
    if (!machine) return tell(fail(Reason::NotFound, "there is no machine " + name));
    machine->attachVolume(handle, tell);
}

void LibvirtProvider::detachVolume(const std::string& name, const std::string& handle, Done done) {
    const auto machine = impl_->known(name);
    const auto tell = impl_->onControl(std::move(done));
    if (!machine) return tell({});
    machine->detachVolume(handle, tell);
}

int LibvirtProvider::mostVolumes() const {
    return libvirt::mostVolumes;
}

void LibvirtProvider::shutdown(bool keep, std::function<void()> done) {
    impl_->shared.stopping = true;
    if (keep) {
        impl_->executor.post(std::move(done));
        return;
    }
    impl_->stopAll(done);
}

} // namespace wheelhouse::libvirt
