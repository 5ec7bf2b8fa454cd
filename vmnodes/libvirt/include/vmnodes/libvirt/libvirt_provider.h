#pragma once

#include "engine/base/clock.h"
#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/machines/machine_provider.h"
#include "vmnodes/fabric/fabric.h"
#include "vmnodes/image/image_builder.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace wheelhouse::libvirt {

/// Where the image comes from: called at most once, when the first machine is made, on a thread of the
/// provider's. May block until there is one; ends early when `cancel` becomes true. What it reports is shown
/// at the machines that wait.
using ImageSource =
    std::function<Result<image::ImagePaths>(const image::OnProgress&, const std::atomic<bool>& cancel)>;

struct Options {
    std::filesystem::path dataFolder;   ///< machines live in its machines/, volumes in volumes/, the
                                        ///< hypervisor's own state in libvirt/
    std::filesystem::path agentProgram; ///< wheelhouse-agent, static; put on every machine's agent disk
    Duration bootDeadline =
        std::chrono::seconds(60); ///< from the start to the agent's; then the machine is Failed
    Duration shutdownGrace = std::chrono::seconds(15); ///< then machines that do not stop are killed
    int mtu = 9000;                                    ///< of the network between machines
    std::string kernelArguments;                       ///< appended to the kernel's command line
    std::string
        kubeletConfiguration; ///< JSON for the agents: what their nodes do when they run out of things
};

/// Whether this computer can make virtual machines at all, judged in microseconds: is QEMU there? The error
/// is one line that names the package to install. What only libvirt itself can find out is said at the
/// machine that needs it.
Result<void> checkHost();

/// Machines as QEMU virtual machines through libvirt's embedded driver: no daemon, no root, nothing shared
/// with other virtual machines of the same user.
///
/// Watches the hypervisor's life-cycle events and each machine's console; writes the data folder. Every
/// machine has a thread of its own, so one that hangs delays no other. When the program dies, machines run
/// on: the next provider on the same data folder finds them by uuid and adopts them, console, network cable
/// and all. Where they cannot be adopted they are stopped, and the machine is started again with its disk. A
/// machine that libvirt knows and the data folder does not is stopped when the provider starts. A machine cut
/// off half-way through its creation is created again from the start.
///
/// One provider a process: the embedded driver allows one data folder.
class LibvirtProvider final : public machines::MachineProvider {
  public:
    /// Returns at once; the connection, the accelerator's probe and the image are waited for by the machines'
    /// threads. `executor` runs the listener and all done callbacks, and is where the provider is called and
    /// destroyed.
    LibvirtProvider(Options options, ImageSource images, fabric::Fabric& fabric, Executor& executor,
                    Clock& clock);
    ~LibvirtProvider() override;

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

} // namespace wheelhouse::libvirt
