#pragma once

#include "engine/api/types.h"
#include "engine/base/clock.h"
#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "link.pb.h"
#include "vmnodes/agent/usage.h"
#include "vmnodes/network/network_objects.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wheelhouse::agent {

/// Called once, on the agent's executor, never inside the call that took it.
template <class T>
using Done = std::function<void(Result<T>)>;

struct PodId {
    std::string nameSpace;
    std::string name;
    Uid uid;
};

/// CPU shares and quota (µs), memory in bytes; 0 = not limited.
struct LinuxResources {
    std::int64_t cpuShares = 0;
    std::int64_t cpuQuota = 0;
    std::int64_t cpuPeriod = 0;
    std::int64_t memoryLimit = 0;
    std::int64_t oomScoreAdjust = 0;
};

struct SecuritySettings {
    std::optional<std::int64_t> runAsUser;
    std::optional<std::int64_t> runAsGroup;
    std::vector<std::int64_t> supplementalGroups;
    bool privileged = false;
    bool readOnlyRoot = false;
    bool noNewPrivileges = false;
    bool hostNetwork = false;
    bool hostPid = false;
    bool hostIpc = false;
    bool shareProcesses = false;
    std::vector<std::string> addCapabilities;
    std::vector<std::string> dropCapabilities;
};

struct PortMapping {
    std::string protocol;
    int containerPort = 0;
    int hostPort = 0;
    std::string hostIp;
};

/// A pod's own surroundings: namespaces, network, cgroup.
struct SandboxSpec {
    PodId pod;
    std::uint32_t attempt = 0;
    std::string hostname;
    std::vector<std::string> dnsServers;
    std::vector<std::string> dnsSearches;
    std::vector<std::string> dnsOptions;
    std::vector<PortMapping> ports;
    std::map<std::string, std::string> labels;
    std::map<std::string, std::string> annotations;
    std::map<std::string, std::string> sysctls;
    SecuritySettings security;
    std::string qosClass;
};

struct Mount {
    std::string containerPath;
    std::string hostPath;
    bool readOnly = false;
    std::string propagation; ///< "", "HostToContainer", "Bidirectional"
};

struct Device {
    std::string containerPath;
    std::string hostPath;
    bool readOnly = false;
};

struct ContainerSpec {
    std::string name;
    std::uint32_t attempt = 0; ///< 0 for the first start, one more for each restart
    std::string image;         ///< as the pod says it
    std::string imageId;       ///< as pullImage or imageId answered
    std::vector<std::string> command;
    std::vector<std::string> args;
    std::string workingDir;
    std::vector<std::pair<std::string, std::string>> env;
    std::vector<Mount> mounts;
    std::vector<Device> devices;
    std::string hosts; ///< what /etc/hosts says; empty: the runtime's business
    LinuxResources resources;
    SecuritySettings security;
    std::map<std::string, std::string> annotations;
    /// Where the container may leave a last word, and whether the end of its log stands for one after a
    /// failure.
    std::string terminationMessagePath;
    bool terminationMessageFromLog = false;
    bool tty = false;
    bool stdIn = false;
};

struct SandboxInfo {
    std::string id;
    PodId pod;
    std::uint32_t attempt = 0;
    bool ready = false;
    std::string ip; ///< empty with the node's network, or not known yet
    WallTime createdAt{};
};

struct ContainerInfo {
    enum class State { Created, Running, Exited, Unknown };
    std::string id;
    std::string sandboxId;
    Uid podUid;
    std::string name;
    std::uint32_t attempt = 0;
    State state = State::Unknown;
    std::string imageId;
    WallTime startedAt{};
    WallTime finishedAt{};
    int exitCode = 0;
    std::string reason; ///< of an exit: "Completed", "Error", "OOMKilled"
    std::string message;
};

/// Everything that is there already; for adoption after a restart of the agent, and to find what is left
/// over.
struct Inventory {
    std::vector<SandboxInfo> sandboxes;
    std::vector<ContainerInfo> containers;
    std::vector<PodId> files; ///< pods with volumes or logs here; some know only their uid
};

struct ImageInfo {
    std::string id;
    std::vector<std::string> names; ///< tags and digests
    std::int64_t bytes = 0;
    bool pinned = false; ///< came with the node: no registry would give it back
};

struct FileSystemRoom {
    std::int64_t bytes = 0;
    std::int64_t freeBytes = 0;
    std::int64_t inodes = 0;
    std::int64_t freeInodes = 0;
};

/// What a node can run out of: how much there is and how much is left. All of 0 = it cannot be told.
struct NodeRoom {
    std::int64_t memory = 0; ///< bytes
    std::int64_t freeMemory = 0;
    FileSystemRoom node;      ///< volumes and logs of pods
    FileSystemRoom images;    ///< images and what containers write
    bool imagesApart = false; ///< the two are not the same
    std::int64_t processes = 0;
    std::int64_t freeProcesses = 0;
};

/// What one container has on the node's disks, in bytes.
struct ContainerShare {
    std::int64_t logs = 0;
    std::int64_t written = 0; ///< into its own file system, beside volumes
};

/// What a pod has of the node, its memory left aside.
struct PodShare {
    std::int64_t diskBytes = 0; ///< logs, volumes that go with it and what its containers have written
    std::int64_t inodes = 0;
    std::int64_t processes = 0;
    std::map<std::string, ContainerShare> containers; ///< by name
    std::map<std::string, std::int64_t> volumes;      ///< bytes of those that go with it, by name
};

/// One volume of a pod, ready to be made on the node. Contents are decided by the core.
struct VolumePlan {
    enum class Kind { Directory, Memory, Files, HostPath, Disk, Attached };
    struct File {
        std::string bytes;
        int mode = 0644;
    };
    std::string name;
    Kind kind = Kind::Directory;
    std::map<std::string, File> files; ///< by path below the volume
    std::string hostPath;
    std::string hostPathType;
    /// Handle of a Disk or of an Attached one: what it holds outlives the pod. An attached disk is another
    /// one of the node's, told by its serial number, and has to be there; an empty one gets a file system.
    std::string disk;
    bool block = false;                    ///< Attached: the pod gets the device itself
    std::vector<std::string> mountOptions; ///< Attached
    std::int64_t bytes = 0;                ///< Attached: what it has to have at least
    bool readOnly = false;                 ///< whatever the mount says
    std::optional<std::int64_t> group;     ///< fsGroup
    std::int64_t sizeLimit = 0;            ///< Memory; 0 = the kernel's default
};

/// A question to a container: does it answer?
struct ProbeTarget {
    enum class Kind { Http, Tcp, Exec, Grpc };
    Kind kind = Kind::Http;
    std::string containerId;
    std::string host;
    int port = 0;
    std::string path;
    bool https = false;
    std::vector<std::pair<std::string, std::string>> headers;
    std::vector<std::string> command;
    std::string service; ///< Grpc: whose health; empty = the whole server's
    bool hook = false;   ///< asked as a life-cycle hook: any HTTP answer is a good one
};

/// Success: answered well. The text says what was answered, for events.
struct ProbeAnswer {
    bool ok = false;
    std::string text;
};

struct LogQuery {
    PodId pod;
    std::string container;
    std::string containerId;
    std::uint32_t attempt = 0;
    bool follow = false;
    bool timestamps = false;
    std::int64_t tailLines = -1; ///< -1 = all
    std::optional<WallTime> since;
    std::int64_t limitBytes = 0; ///< 0 = no limit
};

/// An open log, read by pulling. Destroying it drops a pending read.
class LogSource {
  public:
    struct Chunk {
        std::string bytes;
        bool end = false;
    };
    virtual ~LogSource() = default;
    /// At most one at a time; waits for more while following. Never answers with nothing and no end.
    virtual void read(std::size_t maxBytes, Done<Chunk> done) = 0;
    /// The container has ended: what is there now is all there will be.
    virtual void containerEnded() = 0;
};

struct ExecTarget;
struct PortTarget;
struct SessionEvents;
class PodSession;

/// What an agent needs of the node it runs on: containers, images, volumes, the pod network, logs, probes,
/// commands in containers and their ports (pod_session.h).
/// Asynchronous; lives on the agent's executor. Errors carry the engine's own words; the core decides what
/// they mean for the pod.
class Runtime {
  public:
    struct Listener {
        std::function<void(const ContainerInfo&)>
            onContainer; ///< a container's state changed without being asked
        std::function<void(const SandboxInfo&)> onSandbox; ///< a sandbox stopped being ready
    };
    virtual ~Runtime() = default;
    virtual void setListener(Listener listener) = 0;

    virtual void inventory(Done<Inventory> done) = 0;
    virtual void runSandbox(SandboxSpec spec, Done<SandboxInfo> done) = 0;
    /// Idempotent, as are the other stops and removals: what is not there is success.
    virtual void stopSandbox(const std::string& id, Done<void> done) = 0;
    virtual void removeSandbox(const std::string& id, Done<void> done) = 0;

    /// The id of an image that is already here; empty when it is not.
    virtual void imageId(const std::string& image, Done<std::string> done) = 0;
    virtual void pullImage(const std::string& image, const PodId& pod, Done<std::string> done) = 0;
    virtual void images(Done<std::vector<ImageInfo>> done) = 0;
    virtual void removeImage(const std::string& id, Done<void> done) = 0;

    virtual void createContainer(const std::string& sandboxId, const SandboxSpec& sandbox, ContainerSpec spec,
                                 Done<std::string> done) = 0;
    virtual void startContainer(const std::string& id, Done<ContainerInfo> done) = 0;
    /// Gives a running container more or less, without a restart.
    virtual void updateContainer(const std::string& id, const LinuxResources& resources, Done<void> done) = 0;
    /// `signal` ("SIGUSR1"; empty = what its image says, or SIGTERM), and SIGKILL after `grace`. `done` comes
    /// when the stop is under way to its end or over; the exit itself arrives as a container change.
    virtual void stopContainer(const std::string& id, const std::string& signal, Duration grace,
                               Done<void> done) = 0;
    virtual void removeContainer(const std::string& id, Done<void> done) = 0;

    /// A timeout of zero is none.
    virtual void probe(const ProbeTarget& target, Duration timeout, Done<ProbeAnswer> done) = 0;
    /// Null with a reason when there is no such log.
    virtual Result<std::unique_ptr<LogSource>> openLog(const LogQuery& query) = 0;
    /// Both never null; what is wrong is told by `SessionEvents::onEnd`.
    virtual std::unique_ptr<PodSession> openExec(const ExecTarget& target, SessionEvents events) = 0;
    virtual std::unique_ptr<PodSession> openPort(const PortTarget& target, SessionEvents events) = 0;

    /// Makes or renews the volumes of a pod; answers with the path of each on the node. ServiceUnavailable
    /// while a disk is not attached yet.
    virtual void makeVolumes(const PodId& pod, std::vector<VolumePlan> plans,
                             Done<std::map<std::string, std::string>> done) = 0;
    /// The disks that belong here, by handle, and whether each one's data stays when it is not listed any
    /// more; all others go. Idempotent; comes again whenever it changes.
    virtual void keepDisks(std::map<std::string, bool> disks, Done<void> done) = 0;
    /// The containers of the pod have ended: volumes that live as long as it are deleted, attached disks that
    /// no other pod has are unmounted.
    virtual void releaseVolumes(const PodId& pod, Done<void> done) = 0;
    /// Volumes and logs of a pod that is over and gone.
    virtual void removePodFiles(const PodId& pod, Done<void> done) = 0;

    /// The pod network and the ways to pods elsewhere. Idempotent; comes again whenever it changes.
    virtual void applyNetwork(const nodelink::Network& network, Done<void> done) = 0;
    /// Services, names and policies as these objects have them. Idempotent; comes again whenever they change,
    /// never while the last one is under way.
    virtual void applyTraffic(std::shared_ptr<const network::NetworkObjects> objects, Done<void> done) = 0;
    /// What is wrong with the node on purpose from now on; what was and is not named is mended. Idempotent;
    /// never called while the last one is under way. An error says what could not be done; the rest is done.
    virtual void applyFaults(const nodelink::Faults& faults, Done<void> done) = 0;
    /// Capacity, allocatable, addresses, node info and whether containers can run: the condition Ready with
    /// reason and message. Other conditions and times are filled in by the core.
    virtual void nodeStatus(Done<api::core::NodeStatus> done) = 0;
    /// The counters of the node and of every container that runs.
    virtual void usage(Done<UsageSnapshot> done) = 0;
    virtual void room(Done<NodeRoom> done) = 0;
    /// Figures about the runtime and the agent's process, in Prometheus' text format.
    virtual std::string metrics() const { return {}; }
    /// What each pod has that has anything, by uid. Takes long: it looks at all their files.
    virtual void podShares(Done<std::map<Uid, PodShare>> done) = 0;
};

} // namespace wheelhouse::agent
