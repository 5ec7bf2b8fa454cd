#pragma once

#include "console.h"
#include "domain_xml.h"
#include "engine/base/system.h"
#include "engine/machines/machine_provider.h"
#include "hypervisor.h"
#include "machine_folder.h"
#include "vmnodes/fabric/fabric.h"
#include "vmnodes/libvirt/libvirt_provider.h"
#include "volume_pool.h"

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace wheelhouse::libvirt {

/// Keeps machines' indexes apart. Thread-safe.
class IndexPool {
  public:
    void reserve(int index);
    /// The lowest free one; 0 when all are taken.
    int take();
    void release(int index);

  private:
    std::mutex mutex_;
    std::set<int> taken_;
};

/// What machines share; outlives them all.
struct Shared {
    Options options;
    fabric::Fabric& fabric;
    Clock& clock;
    IndexPool indexes;
    VolumePool volumes;
    /// Both are waited for on machines' threads alone. The image is only there when it was asked for.
    std::shared_future<Result<Hypervisor*>> hypervisor;
    std::shared_future<Result<image::ImagePaths>> images;
    /// Thread-safe; returns at once.
    std::function<void(const machines::MachineState&)> publish;
    std::function<void()> askForImage;
    std::atomic<bool> stopping = false;
};

/// One virtual machine. Every public function is thread-safe and returns at once; the work is done in order
/// on the machine's own thread. `observe` is called by the monitor's thread.
///
/// Interrupted anywhere, what is on disk is one of: no record (never made), a record without a running domain
/// (off), or a record with one (adopted). A start writes the record, with the network cable, before the
/// domain is created.
class Machine {
  public:
    using Done = std::function<void(Result<void>)>;

    Machine(Shared& shared, std::string name);
    /// Waits for the task under way; drops the rest.
    ~Machine();

    /// For a machine found on disk, before anything was asked of it.
    void found(const MachineRecord& record);
    void ensureRunning(machines::MachineSpec spec);
    void cutPower();
    void freeze();
    void thaw();
    void remove(Done done);
    void stop(std::function<void()> done);
    void attachVolume(const std::string& handle, Done done);
    void detachVolume(const std::string& handle, Done done);
    /// Grows a volume this machine has.
    void growVolume(const machines::VolumeSpec& volume, Done done);
    /// Kills the hypervisor process from outside, when its thread is stuck.
    void killHard();
    /// libvirt says that the domain stopped.
    void stopped();
    /// What it waits for, while it is being made. From any thread.
    void waitsFor(const std::string& what);
    /// Looks at the console and the deadline; true while the machine is booting.
    bool observe();

    machines::MachineState state() const;
    std::string uuid() const;
    /// Asked for and not done yet.
    int pending() const { return pending_; }

  private:
    void post(Task task);
    void publish(const std::function<void(machines::MachineState&)>& change);
    void refuse(const std::string& message);
    void step(const std::string& name, Instant since);

    void start();
    bool adopt(Hypervisor& hypervisor);
    Result<void> create(Hypervisor& hypervisor);
    Result<fabric::Cable> plug();
    void booted(Instant since);
    void halt(bool unplugToo);
    void retryLater();
    bool holds(const std::string& handle) const;
    Result<void> take(const std::string& handle);
    Result<void> letGo(const std::string& handle);
    bool processLives() const;
    Result<void> endProcess();
    void forgetVolumes();
    void plugVolumes(Hypervisor& hypervisor);
    std::vector<VolumeDisk> volumeDisks() const;

    Shared& shared_;
    const std::string name_;
    const MachineFolder folder_;
    std::atomic<int> pending_ = 0;

    mutable std::mutex mutex_; // guards what follows up to the next comment
    machines::MachineState state_;
    std::string uuid_;
    Console console_;
    Instant bootStarted_{};
    bool booting_ = false;
    bool overdue_ = false;
    std::size_t marksShown_ = 0;

    // the machine's thread alone
    std::optional<machines::MachineSpec> spec_;
    MachineRecord record_;
    bool wanted_ = false;
    int failures_ = 0;
    Instant notBefore_{};
    TimerId retry_ = 0;

    ThreadExecutor thread_; // last: it ends first
};

} // namespace wheelhouse::libvirt
