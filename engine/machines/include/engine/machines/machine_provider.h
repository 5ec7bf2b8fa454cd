#pragma once

#include "engine/base/clock.h"
#include "engine/base/status.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::machines {

/// What a machine needs to join: handed to the guest once, at its creation. The key never leaves the
/// machine's own disk.
struct Bootstrap {
    std::string linkHost; ///< where the control plane's node link listens, as seen from the machine
    std::uint16_t linkPort = 0;
    std::string caPem;
    std::string certificatePem; ///< CN=system:node:<name>, O=system:nodes
    std::string keyPem;
    /// Registry host ("docker.io") → mirror URL as seen from this computer; providers translate loopback for
    /// the guest.
    std::map<std::string, std::string> registryMirrors;
};

/// The shape of one machine. `name` is also the node's name and is unique within a provider.
struct MachineSpec {
    std::string name;
    std::string uuid;
    int cpus = 1;
    int memoryMiB = 512;
    int diskGiB = 8;
    std::string zone;
    std::map<std::string, std::string> nodeLabels; ///< the agent registers its node with these
    std::vector<std::string> nodeTaints;           ///< "key=value:Effect"
    Bootstrap bootstrap;
};

/// A disk that belongs to no machine: it outlives those that had it, and one machine at a time may have it.
struct VolumeSpec {
    /// Unique within a provider; 1–36 letters, digits and dashes. The guest knows the disk by it: it is the
    /// disk's serial number.
    std::string handle;
    std::int64_t bytes = 0;
};

enum class Phase { Pending, Creating, Booting, Running, Stopped, Failed };

/// One thing that had to happen before the node was up ("disk made", "kernel", "containerd"), for people who
/// wait.
struct Step {
    std::string name;
    Duration took{};
    bool done = false;
};

/// What a provider knows of a machine. A snapshot.
struct MachineState {
    std::string name;
    Phase phase = Phase::Pending;
    std::string accelerator; ///< "kvm", "tcg", "simulated"; with the reason after a colon where it is not the
                             ///< best one
    std::vector<Step> steps;
    std::string message;     ///< one line a person can act on; set when phase is Failed
    std::string consolePath; ///< empty when there is none
    std::string consoleTail; ///< the last lines, when phase is Failed or booting takes long
    std::int64_t pid = 0;    ///< the hypervisor process; 0 = none
};

/// Makes and keeps machines. All calls return at once and are idempotent; outcomes arrive through the
/// listener, on the executor given to the implementation. Called from one executor only (the control
/// thread's). Implementations may block only on threads of their own, and one machine that hangs never delays
/// another.
class MachineProvider {
  public:
    using Listener = std::function<void(const MachineState&)>;
    using Done = std::function<void(Result<void>)>;

    virtual ~MachineProvider() = default;
    /// At most one; called for every change of any machine, and once for each machine already there when it
    /// is set.
    virtual void setListener(Listener listener) = 0;
    /// Creates the machine if there is none of this name, adopts it if it runs, starts it if it is off.
    virtual void ensureRunning(MachineSpec spec) = 0;
    /// Takes the power away at once, as pulling the plug would: nothing in the guest is told. State becomes
    /// Stopped.
    virtual void cutPower(const std::string& name) = 0;
    /// Stops and continues the guest's processors; its clock does not run meanwhile.
    virtual void freeze(const std::string& name) = 0;
    virtual void thaw(const std::string& name) = 0;
    /// Stops the machine and deletes its disks. `done` gets success also when there was none.
    virtual void remove(const std::string& name, Done done) = 0;
    /// Makes the volume, or grows a smaller one, also while a machine has it. It never shrinks, and what it
    /// holds stays.
    virtual void ensureVolume(VolumeSpec volume, Done done) = 0;
    /// Deletes the volume with what it holds. Conflict while a machine has it; success when there is none.
    virtual void removeVolume(const std::string& handle, Done done) = 0;
    /// Gives the volume to the machine: at once when it runs, and at every start until it is detached.
    /// Conflict while another machine has it. There must be a machine of this name.
    virtual void attachVolume(const std::string& machine, const std::string& handle, Done done) = 0;
    /// Takes the volume away. Success means that nothing the machine does can reach the volume any more; also
    /// when it never could.
    virtual void detachVolume(const std::string& machine, const std::string& handle, Done done) = 0;
    /// How many volumes one machine can have at a time; 0 = as many as there are.
    virtual int mostVolumes() const { return 0; }
    /// Stops all machines in order (or leaves them running when `keep`), then calls `done`. Nothing may be
    /// called after.
    virtual void shutdown(bool keep, std::function<void()> done) = 0;
};

} // namespace wheelhouse::machines
