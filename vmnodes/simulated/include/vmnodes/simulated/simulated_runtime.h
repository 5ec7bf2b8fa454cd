#pragma once

#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "vmnodes/agent/runtime.h"
#include "vmnodes/simulated/shared_loads.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wheelhouse::simulated {

class ContainerLoad;
class RecordedOutput;
class Shell;
class SimulatedFiles;
struct LoadPlan;
struct SimulatedPlace;

/// How long things take on a simulated node: uniform between `from` and `to`.
struct Span {
    Duration from{};
    Duration to{};
};

struct SimulatedShape {
    int cpus = 4;
    std::int64_t memoryMiB = 32 * 1024;
    int pods = 110;
    std::string zone;
    std::uint32_t index =
        0; ///< the node's own 256 pod addresses until the control plane gives it a pod CIDR, and its own
    // A quick machine with a quick engine: who looks at scheduling shall not wait for what is not there.
    Span sandbox{std::chrono::milliseconds(20), std::chrono::milliseconds(60)};
    Span pull{std::chrono::milliseconds(300), std::chrono::milliseconds(1500)};
    Span create{std::chrono::milliseconds(5), std::chrono::milliseconds(20)};
    Span start{std::chrono::milliseconds(10), std::chrono::milliseconds(40)};
    Span stop{std::chrono::milliseconds(20), std::chrono::milliseconds(200)};
};

/// A container engine that keeps time instead of running anything, but for scripts and commands of the few
/// words a simulated container knows: those are acted out, with the container's environment and volumes, and
/// what they print is its log. Steered by annotations of a pod, each also per container as
/// `<annotation>.<container>`:
///   simulated.wheelhouse.dev/exit-after: "90s"      a container ends this long after its start …
///   simulated.wheelhouse.dev/exit-code: "1"         … with this code (default 0)
///   simulated.wheelhouse.dev/stop-after: "5s"       how long it takes to obey SIGTERM
///   simulated.wheelhouse.dev/unready-after: "60s"   its probes fail from then on
///   simulated.wheelhouse.dev/log-every: "1s"        how often it writes a line (default 1 s)
///   simulated.wheelhouse.dev/cpu: "200m"            what it uses: an amount, sine(100m, 900m, 5m) or
///   simulated.wheelhouse.dev/memory: "64Mi"         step(100m, 60s, 2, 3m, 100m), from its start on
///   simulated.wheelhouse.dev/cpu-shared: "2"        what all of its application (label app) use together
///   simulated.wheelhouse.dev/metric-NAME: "30"      a number at /metrics, in the same words; a NAME that
///   ends in
///                                                   _total is a counter that grows so fast
///   simulated.wheelhouse.dev/metric-shared-NAME     what all of its application have of it together
/// The path of an HTTP probe is a file of the container: moved away by a command in it, the probe fails.
/// An image whose name begins with `missing.invalid/` or whose tag is `404` cannot be pulled. Every port
/// answers HTTP with a page about the pod, which says that it is simulated.
class SimulatedRuntime final : public agent::Runtime {
  public:
    /// `loads` are shared with the runtimes of other nodes on the same executor; null = shared with none.
    SimulatedRuntime(Executor& executor, Random& random, SimulatedShape shape,
                     std::shared_ptr<SharedLoads> loads = nullptr);
    ~SimulatedRuntime() override;

    void setListener(Listener listener) override { listener_ = std::move(listener); }
    void inventory(agent::Done<agent::Inventory> done) override;
    void runSandbox(agent::SandboxSpec spec, agent::Done<agent::SandboxInfo> done) override;
    void stopSandbox(const std::string& id, agent::Done<void> done) override;
    void removeSandbox(const std::string& id, agent::Done<void> done) override;
    void imageId(const std::string& image, agent::Done<std::string> done) override;
    void pullImage(const std::string& image, const agent::PodId& pod, agent::Done<std::string> done) override;
    void images(agent::Done<std::vector<agent::ImageInfo>> done) override;
    void removeImage(const std::string& id, agent::Done<void> done) override;
    void createContainer(const std::string& sandboxId, const agent::SandboxSpec& sandbox,
                         agent::ContainerSpec spec, agent::Done<std::string> done) override;
    void startContainer(const std::string& id, agent::Done<agent::ContainerInfo> done) override;
    void updateContainer(const std::string& id, const agent::LinuxResources& resources,
                         agent::Done<void> done) override;
    void stopContainer(const std::string& id, const std::string& signal, Duration grace,
                       agent::Done<void> done) override;
    void removeContainer(const std::string& id, agent::Done<void> done) override;
    void probe(const agent::ProbeTarget& target, Duration timeout,
               agent::Done<agent::ProbeAnswer> done) override;
    Result<std::unique_ptr<agent::LogSource>> openLog(const agent::LogQuery& query) override;
    std::unique_ptr<agent::PodSession> openExec(const agent::ExecTarget& target,
                                                agent::SessionEvents events) override;
    std::unique_ptr<agent::PodSession> openPort(const agent::PortTarget& target,
                                                agent::SessionEvents events) override;
    void makeVolumes(const agent::PodId& pod, std::vector<agent::VolumePlan> plans,
                     agent::Done<std::map<std::string, std::string>> done) override;
    void releaseVolumes(const agent::PodId& pod, agent::Done<void> done) override;
    void removePodFiles(const agent::PodId& pod, agent::Done<void> done) override;
    void keepDisks(std::map<std::string, bool> disks, agent::Done<void> done) override;
    void applyNetwork(const nodelink::Network& network, agent::Done<void> done) override;
    void applyTraffic(std::shared_ptr<const network::NetworkObjects> objects,
                      agent::Done<void> done) override;
    /// Slow processors make everything take longer; a full disk or taken memory is reported, and a full disk
    /// takes no image and no container.
    void applyFaults(const nodelink::Faults& faults, agent::Done<void> done) override;
    void nodeStatus(agent::Done<api::core::NodeStatus> done) override;
    void usage(agent::Done<agent::UsageSnapshot> done) override;
    void room(agent::Done<agent::NodeRoom> done) override;
    void podShares(agent::Done<std::map<Uid, agent::PodShare>> done) override;

    // For tests and faults.
    /// Ends a running container now, as a crash would. False when it does not run.
    bool crashContainer(const std::string& id, int exitCode);
    /// Takes a sandbox away under its pod.
    void loseSandbox(const std::string& id);
    void setRemovalFails(bool fails) { removalFails_ = fails; }
    std::size_t volumeCount() const { return volumes_.size(); }
    void setPullFails(bool fails) { pullFails_ = fails; }
    void setProbesFail(bool fail) { probesFail_ = fail; }
    /// The disk and the processes of the node from now on; what is 0 of them is as usual. Memory is what the
    /// containers leave.
    void setRoom(const agent::NodeRoom& room) { room_ = room; }
    /// What these pods have, whatever they have written.
    void setShares(std::map<Uid, agent::PodShare> shares) { shares_ = std::move(shares); }
    void addImage(const std::string& image, std::int64_t bytes);
    bool hasImage(const std::string& image) const { return images_.contains(image); }
    std::vector<agent::ContainerInfo> containers() const;
    std::vector<agent::SandboxInfo> sandboxes() const;
    const nodelink::Network& network() const { return network_; }
    /// What services and policies were last made of; null before.
    const network::NetworkObjects* traffic() const { return traffic_.get(); }
    /// What was asked for, newest last; for assertions on command lines and environment.
    const agent::ContainerSpec* spec(const std::string& containerId) const;

  private:
    struct Behaviour {
        Duration exitAfter{};
        Duration stopAfter{};
        Duration unreadyAfter{};
        Duration logEvery = std::chrono::seconds(1);
        int exitCode = 0;
    };
    struct Container {
        agent::ContainerInfo info;
        agent::ContainerSpec spec;
        Behaviour behaviour;
        std::shared_ptr<LoadPlan> plan;      ///< until it starts
        std::shared_ptr<ContainerLoad> load; ///< from its start on
        Instant started{};
        Instant ended{};
        TimerId exitTimer = 0;
        std::shared_ptr<SimulatedFiles> files;  ///< made when something looks at them
        std::shared_ptr<SimulatedFiles> kernel; ///< what its cgroup and /proc say; made with the files
        std::map<std::string, bool> pages;      ///< what HTTP probes ask for; true: a file stands for it
        std::shared_ptr<Shell> program;         ///< null where only time is kept
        std::shared_ptr<RecordedOutput> output;
    };
    struct Sandbox {
        agent::SandboxInfo info;
        std::uint32_t address = 0;
        std::set<std::string> containers;
    };

    struct ProbeRun {
        std::shared_ptr<Shell> shell;
        std::string text;
        agent::Done<agent::ProbeAnswer> done;
    };

    Duration draw(const Span& span);
    std::int64_t usedBytes() const;
    template <class T>
    void answer(Duration after, agent::Done<T> done, Result<T> result) {
        later(after,
              [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
    }
    void later(Duration after, std::function<void()> task);
    void end(const std::string& id, int exitCode, const std::string& reason);
    std::string newId();
    static std::string addressText(std::uint32_t address);
    std::string takeAddress(std::uint32_t& address);
    void eraseContainer(const std::string& id);
    void fill(SimulatedFiles& volume, const agent::VolumePlan& plan);
    SimulatedPlace placeOf(const agent::PodId& pod, Container* container) const;
    std::shared_ptr<SimulatedFiles> filesOf(const Container& container) const;
    /// Acts out what the container's command says, where it is known.
    void runProgram(const std::string& id, Container& container);
    void programEnded(const std::string& id, int code);
    void probeByCommand(const agent::ProbeTarget& target, Container& container, Duration timeout,
                        agent::Done<agent::ProbeAnswer> done);
    /// Whether there is what an HTTP probe asks for: there from the first time on, until somebody takes it
    /// away.
    bool hasPage(Container& container, const std::string& path) const;
    static bool layPage(SimulatedFiles& files, const std::string& path);
    /// Writes down where a container looks for it what it may use.
    static void writeLimits(Container& container);
    void probeEnded(std::uint64_t number, bool ok, const std::string& why);
    void beginLoad(Container& container);
    static Behaviour behaviourOf(const agent::ContainerSpec& spec);

    Executor& executor_;
    Random& random_;
    SimulatedShape shape_;
    std::shared_ptr<SharedLoads> loads_;
    const Instant began_;
    std::int64_t spentByErased_ = 0; ///< processor time of containers that are no more, in nanoseconds
    Listener listener_;
    std::unordered_map<std::string, Sandbox> sandboxes_;
    std::unordered_map<std::string, Container> containers_;
    std::unordered_map<std::string, std::shared_ptr<SimulatedFiles>> volumes_; ///< by path on the node
    std::map<std::string, std::weak_ptr<std::string>> lastTexts_; ///< of files in volumes, by path there
    std::unordered_map<std::uint64_t, ProbeRun> probes_;
    std::map<std::string, agent::ImageInfo> images_; ///< by name
    agent::NodeRoom room_;
    std::map<Uid, agent::PodShare> shares_;
    std::set<std::uint32_t> addresses_;
    nodelink::Network network_;
    nodelink::Faults faults_;
    std::shared_ptr<const network::NetworkObjects> traffic_;
    std::uint64_t nextId_ = 1;
    bool pullFails_ = false;
    bool removalFails_ = false;
    bool probesFail_ = false;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::simulated
