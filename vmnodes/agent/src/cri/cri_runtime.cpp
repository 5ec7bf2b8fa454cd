#include "vmnodes/agent/cri_runtime.h"

#include "attached_disks.h"
#include "cri_client.h"
#include "cri_convert.h"
#include "cri_inventory.h"
#include "cri_session.h"
#include "engine/base/files.h"
#include "engine/base/log.h"
#include "engine/base/system.h"
#include "health_ports.h"
#include "health_prober.h"
#include "log_file.h"
#include "log_links.h"
#include "name_server.h"
#include "node_breaker.h"
#include "node_facts.h"
#include "node_network.h"
#include "node_room.h"
#include "node_usage.h"
#include "pod_files.h"
#include "prober.h"
#include "process.h"
#include "traffic.h"
#include "vmnodes/agent/signals.h"

#include <algorithm>
#include <map>
#include <utility>

namespace wheelhouse::agent {

namespace {

using cri::RuntimeService;
using RuntimeStub = CriClient::RuntimeStub;
using ImageStub = CriClient::ImageStub;

constexpr Duration quick = std::chrono::seconds(10);
constexpr Duration slow = std::chrono::minutes(4);
constexpr Duration pullLimit = std::chrono::minutes(30);
constexpr Duration noLimit = std::chrono::hours(24 * 365);
constexpr const char* cgroupRoot = "/sys/fs/cgroup";

/// Success where the thing was not there in the first place.
template <class Response>
Done<Response> gone(Done<void> done) {
    return [done = std::move(done)](Result<Response> response) {
        if (response || response.error().reason == Reason::NotFound) return done({});
        done(fail(response.error()));
    };
}

class CriRuntime final : public Runtime {
  public:
    CriRuntime(CriOptions options, Executor& executor)
        : options_(std::move(options)), executor_(executor), client_(options_.socket, executor),
          attached_(options_.stateFolder / "attached", processes_),
          files_(options_.stateFolder / "pods", options_.stateFolder / "disks", attached_),
          breaker_(std::string(cgroupRoot) + options_.cgroupRoot, options_.stateFolder),
          network_(options_, processes_), traffic_(options_, processes_),
          names_(streams_.io(), options_.dnsAddress,
                 nameServersOf(readFile("/etc/resolv.conf").value_or(std::string()), options_.dnsAddress)),
          health_(streams_.io()) {}

    void setListener(Listener listener) override;
    void inventory(Done<Inventory> done) override;
    void runSandbox(SandboxSpec spec, Done<SandboxInfo> done) override;
    void stopSandbox(const std::string& id, Done<void> done) override;
    void removeSandbox(const std::string& id, Done<void> done) override;
    void imageId(const std::string& image, Done<std::string> done) override;
    void pullImage(const std::string& image, const PodId& pod, Done<std::string> done) override;
    void images(Done<std::vector<ImageInfo>> done) override { askImages(client_, std::move(done)); }
    void removeImage(const std::string& id, Done<void> done) override;
    void createContainer(const std::string& sandboxId, const SandboxSpec& sandbox, ContainerSpec spec,
                         Done<std::string> done) override;
    void startContainer(const std::string& id, Done<ContainerInfo> done) override;
    void updateContainer(const std::string& id, const LinuxResources& resources, Done<void> done) override;
    void stopContainer(const std::string& id, const std::string& signal, Duration grace,
                       Done<void> done) override;
    void removeContainer(const std::string& id, Done<void> done) override;
    void probe(const ProbeTarget& target, Duration timeout, Done<ProbeAnswer> done) override;
    Result<std::unique_ptr<LogSource>> openLog(const LogQuery& query) override;
    std::unique_ptr<PodSession> openExec(const ExecTarget& target, SessionEvents events) override;
    std::unique_ptr<PodSession> openPort(const PortTarget& target, SessionEvents events) override;
    void makeVolumes(const PodId& pod, std::vector<VolumePlan> plans,
                     Done<std::map<std::string, std::string>> done) override;
    void keepDisks(std::map<std::string, bool> disks, Done<void> done) override;
    void releaseVolumes(const PodId& pod, Done<void> done) override;
    void removePodFiles(const PodId& pod, Done<void> done) override;
    void applyNetwork(const nodelink::Network& network, Done<void> done) override;
    void applyTraffic(std::shared_ptr<const network::NetworkObjects> objects, Done<void> done) override;
    void applyFaults(const nodelink::Faults& faults, Done<void> done) override;
    void nodeStatus(Done<api::core::NodeStatus> done) override;
    void usage(Done<UsageSnapshot> done) override;
    void room(Done<NodeRoom> done) override;
    std::string metrics() const override { return client_.times().text() + processFigures(); }
    void podShares(Done<std::map<Uid, PodShare>> done) override;

  private:
    /// Does what its image says, and no more after `grace`.
    void stopOrderly(const std::string& id, Duration grace, Done<void> done);
    void poll();
    void pollContainers();
    void createMounted(const std::string& sandboxId, const SandboxSpec& sandbox, const ContainerSpec& spec,
                       Done<std::string> done);
    void pollSandboxes();
    void waitForNetwork(int tries, Done<void> done);
    /// Runs `work` on the worker's thread and `done` with what it gave on the executor.
    template <class T>
    void onWorker(Executor& worker, std::function<Result<T>()> work, Done<T> done);

    CriOptions options_;
    Executor& executor_;
    CriClient client_;
    SystemProcesses processes_;
    AttachedDisks attached_; ///< the worker's
    PodFiles files_;
    NodeBreaker breaker_; ///< the worker's
    NodeNetwork network_;
    Traffic traffic_; ///< the worker's
    Listener listener_;
    std::map<std::string, bool> running_;   ///< containers that ran when they were last looked at
    std::map<std::string, bool> sandboxes_; ///< sandboxes that were ready then
    std::string engine_;                    ///< "containerd://1.6.20"
    std::string imageFolder_;               ///< where it keeps images and what containers write
    const PodFolders podFolders_{options_.stateFolder / "pods", options_.logFolder,
                                 std::string(cgroupRoot) + options_.cgroupRoot};
    ScopedTimer pollTimer_;
    ScopedTimer networkTimer_;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
    // Last, so that they end first: their tasks use what stands above.
    ThreadExecutor worker_{"node-worker"};
    StreamThread streams_;
    NameServer names_;
    HealthPorts health_;
};

template <class T>
void CriRuntime::onWorker(Executor& worker, std::function<Result<T>()> work, Done<T> done) {
    worker.post([this, life = std::weak_ptr(life_), work = std::move(work), done = std::move(done)] {
        executor_.post([life, done, result = work()]() mutable {
            if (!life.expired()) done(std::move(result));
        });
    });
}

void CriRuntime::setListener(Listener listener) {
    listener_ = std::move(listener);
    pollTimer_.start(executor_, options_.poll, [this] { poll(); });
}

void CriRuntime::poll() {
    pollTimer_.start(executor_, options_.poll, [this] { poll(); });
    if (!running_.empty()) pollContainers();
    if (!sandboxes_.empty()) pollSandboxes();
}

void CriRuntime::pollContainers() {
    cri::ListContainersRequest request;
    request.mutable_filter()->mutable_state()->set_state(cri::CONTAINER_RUNNING);
    client_.call<cri::ListContainersRequest, cri::ListContainersResponse>(
        &RuntimeStub::ListContainers, request, quick,
        [this, before = running_](Result<cri::ListContainersResponse> listed) {
            if (!listed) return;
            std::map<std::string, bool> now;
            for (const cri::Container& container : listed->containers())
                now[container.id()] = true;
            for (const auto& [id, unused] : before) {
                if (now.contains(id) || !running_.contains(id)) continue;
                askContainer(client_, id, [this, id = id](Result<ContainerInfo> info) {
                    if (!info && info.error().reason != Reason::NotFound)
                        return; // looked at again in a second
                    if (info && info->state == ContainerInfo::State::Running) return;
                    running_.erase(id);
                    if (info && listener_.onContainer) listener_.onContainer(*info);
                });
            }
        });
}

void CriRuntime::pollSandboxes() {
    client_.call<cri::ListPodSandboxRequest, cri::ListPodSandboxResponse>(
        &RuntimeStub::ListPodSandbox, {}, quick,
        [this, before = sandboxes_](Result<cri::ListPodSandboxResponse> listed) {
            if (!listed) return;
            for (const cri::PodSandbox& sandbox : listed->items()) {
                if (sandbox.state() == cri::SANDBOX_READY || !before.contains(sandbox.id())) continue;
                if (sandboxes_.erase(sandbox.id()) > 0 && listener_.onSandbox)
                    listener_.onSandbox(sandboxInfo(sandbox));
            }
        });
}

void CriRuntime::inventory(Done<Inventory> done) {
    askInventory(client_, [this, done = std::move(done)](Result<Inventory> found) {
        if (!found) return done(std::move(found));
        for (const SandboxInfo& sandbox : found->sandboxes)
            if (sandbox.ready) sandboxes_[sandbox.id] = true;
        for (const ContainerInfo& container : found->containers)
            if (container.state == ContainerInfo::State::Running) running_[container.id] = true;
        onWorker<Inventory>(
            worker_,
            [this, found = std::move(*found)]() mutable -> Result<Inventory> {
                found.files = podsWithFiles(podFolders_);
                return std::move(found);
            },
            done);
    });
}

void CriRuntime::runSandbox(SandboxSpec spec, Done<SandboxInfo> done) {
    cri::RunPodSandboxRequest request;
    *request.mutable_config() = sandboxConfig(options_, spec);
    std::error_code error;
    std::filesystem::create_directories(podLogFolder(options_, spec.pod), error);
    client_.call<cri::RunPodSandboxRequest, cri::RunPodSandboxResponse>(
        &RuntimeStub::RunPodSandbox, std::move(request), slow,
        [this, pod = spec.pod, attempt = spec.attempt,
         done = std::move(done)](Result<cri::RunPodSandboxResponse> made) {
            if (!made) return done(fail(made.error()));
            SandboxInfo info;
            info.id = made->pod_sandbox_id();
            info.pod = pod;
            info.attempt = attempt;
            sandboxes_[info.id] = true;
            askAddress(client_, std::move(info), done);
        });
}

void CriRuntime::stopSandbox(const std::string& id, Done<void> done) {
    sandboxes_.erase(id);
    cri::StopPodSandboxRequest request;
    request.set_pod_sandbox_id(id);
    client_.call<cri::StopPodSandboxRequest, cri::StopPodSandboxResponse>(
        &RuntimeStub::StopPodSandbox, request, slow, gone<cri::StopPodSandboxResponse>(std::move(done)));
}

void CriRuntime::removeSandbox(const std::string& id, Done<void> done) {
    sandboxes_.erase(id);
    cri::RemovePodSandboxRequest request;
    request.set_pod_sandbox_id(id);
    client_.call<cri::RemovePodSandboxRequest, cri::RemovePodSandboxResponse>(
        &RuntimeStub::RemovePodSandbox, request, slow, gone<cri::RemovePodSandboxResponse>(std::move(done)));
}

void CriRuntime::imageId(const std::string& image, Done<std::string> done) {
    cri::ImageStatusRequest request;
    request.mutable_image()->set_image(image);
    client_.call<cri::ImageStatusRequest, cri::ImageStatusResponse>(
        &ImageStub::ImageStatus, request, quick,
        [done = std::move(done)](Result<cri::ImageStatusResponse> got) {
            if (!got) return done(fail(got.error()));
            done(got->image().id());
        });
}

void CriRuntime::pullImage(const std::string& image, const PodId&, Done<std::string> done) {
    cri::PullImageRequest request;
    request.mutable_image()->set_image(image);
    client_.call<cri::PullImageRequest, cri::PullImageResponse>(
        &ImageStub::PullImage, request, pullLimit,
        [done = std::move(done)](Result<cri::PullImageResponse> got) {
            if (!got) return done(fail(got.error()));
            done(got->image_ref());
        });
}

void CriRuntime::removeImage(const std::string& id, Done<void> done) {
    cri::RemoveImageRequest request;
    request.mutable_image()->set_image(id);
    client_.call<cri::RemoveImageRequest, cri::RemoveImageResponse>(
        &ImageStub::RemoveImage, request, slow, gone<cri::RemoveImageResponse>(std::move(done)));
}

void CriRuntime::createContainer(const std::string& sandboxId, const SandboxSpec& sandbox, ContainerSpec spec,
                                 Done<std::string> done) {
    if (spec.hosts.empty()) return createMounted(sandboxId, sandbox, spec, std::move(done));
    onWorker<std::string>(
        worker_, [this, pod = sandbox.pod, text = spec.hosts] { return files_.writeHosts(pod, text); },
        [this, sandboxId, sandbox, spec, done = std::move(done)](Result<std::string> path) mutable {
            if (!path) return done(fail(path.error()));
            spec.mounts.push_back({.containerPath = "/etc/hosts", .hostPath = *path});
            createMounted(sandboxId, sandbox, spec, std::move(done));
        });
}

void CriRuntime::createMounted(const std::string& sandboxId, const SandboxSpec& sandbox,
                               const ContainerSpec& spec, Done<std::string> done) {
    cri::CreateContainerRequest request;
    request.set_pod_sandbox_id(sandboxId);
    *request.mutable_config() = containerConfig(sandbox, spec);
    *request.mutable_sandbox_config() = sandboxConfig(options_, sandbox);
    std::error_code error;
    std::filesystem::create_directories(podLogFolder(options_, sandbox.pod) / spec.name, error);
    client_.call<cri::CreateContainerRequest, cri::CreateContainerResponse>(
        &RuntimeStub::CreateContainer, std::move(request), slow,
        [links = logLinkFolder(options_.logFolder), pod = sandbox.pod, name = spec.name,
         log = podLogFolder(options_, sandbox.pod) / spec.name / fmt::format("{}.log", spec.attempt),
         done = std::move(done)](Result<cri::CreateContainerResponse> made) {
            if (!made) return done(fail(made.error()));
            linkLog(links, logLinkName(pod, name, made->container_id()), log);
            done(made->container_id());
        });
}

void CriRuntime::startContainer(const std::string& id, Done<ContainerInfo> done) {
    cri::StartContainerRequest request;
    request.set_container_id(id);
    client_.call<cri::StartContainerRequest, cri::StartContainerResponse>(
        &RuntimeStub::StartContainer, request, slow,
        [this, id, done = std::move(done)](Result<cri::StartContainerResponse> started) {
            if (!started) return done(fail(started.error()));
            running_[id] = true;
            askContainer(client_, id, done);
        });
}

void CriRuntime::updateContainer(const std::string& id, const LinuxResources& resources, Done<void> done) {
    cri::UpdateContainerResourcesRequest request;
    request.set_container_id(id);
    *request.mutable_linux() = containerResources(resources);
    // A limit that was there and is no more has to be taken away: nothing said would leave it.
    if (resources.cpuQuota == 0) request.mutable_linux()->set_cpu_quota(-1);
    if (resources.memoryLimit == 0) request.mutable_linux()->set_memory_limit_in_bytes(-1);
    client_.call<cri::UpdateContainerResourcesRequest, cri::UpdateContainerResourcesResponse>(
        &RuntimeStub::UpdateContainerResources, request, slow,
        [done = std::move(done)](Result<cri::UpdateContainerResourcesResponse> updated) {
            if (!updated) return done(fail(updated.error()));
            done({});
        });
}

void CriRuntime::stopContainer(const std::string& id, const std::string& signal, Duration grace,
                               Done<void> done) {
    const auto number = signalNumber(signal);
    if (!number || grace <= Duration::zero()) return stopOrderly(id, grace, std::move(done));
    // Not every containerd can be told a container's signal; so it is sent to the program itself.
    askProcess(client_, id, [this, id, number, grace, done = std::move(done)](Result<std::int64_t> process) {
        if (!process) return stopOrderly(id, grace, done);
        onWorker<void>(
            worker_, [id, process = *process, number = *number] { return sendSignal(process, id, number); },
            [this, id, grace, done](const Result<void>& sent) {
                if (!sent) return stopOrderly(id, grace, done);
                executor_.postAfter(grace, [this, id, life = std::weak_ptr(life_)] {
                    if (!life.expired() && running_.contains(id))
                        stopOrderly(id, Duration::zero(), [](const Result<void>&) {});
                });
                done({});
            });
    });
}

void CriRuntime::stopOrderly(const std::string& id, Duration grace, Done<void> done) {
    cri::StopContainerRequest request;
    request.set_container_id(id);
    request.set_timeout(std::chrono::duration_cast<std::chrono::seconds>(grace).count());
    client_.call<cri::StopContainerRequest, cri::StopContainerResponse>(
        &RuntimeStub::StopContainer, request, grace + slow,
        [this, id, done = std::move(done)](Result<cri::StopContainerResponse> stopped) {
            if (!stopped && stopped.error().reason != Reason::NotFound) return done(fail(stopped.error()));
            askContainer(client_, id, [this, id, done](Result<ContainerInfo> info) {
                if (info && info->state == ContainerInfo::State::Exited) {
                    running_.erase(id);
                    if (listener_.onContainer) listener_.onContainer(*info);
                }
                done({});
            });
        });
}

void CriRuntime::removeContainer(const std::string& id, Done<void> done) {
    running_.erase(id);
    unlinkLog(logLinkFolder(options_.logFolder), id);
    cri::RemoveContainerRequest request;
    request.set_container_id(id);
    client_.call<cri::RemoveContainerRequest, cri::RemoveContainerResponse>(
        &RuntimeStub::RemoveContainer, request, slow, gone<cri::RemoveContainerResponse>(std::move(done)));
}

void CriRuntime::probe(const ProbeTarget& target, Duration timeout, Done<ProbeAnswer> done) {
    auto answered = [executor = &executor_, life = std::weak_ptr(life_), done](ProbeAnswer answer) {
        executor->post([life, done, answer = std::move(answer)] {
            if (!life.expired()) done(answer);
        });
    };
    if (target.kind == ProbeTarget::Kind::Grpc) return askHealth(target, timeout, std::move(answered));
    if (target.kind != ProbeTarget::Kind::Exec)
        return askNetwork(streams_.io(), target, timeout, std::move(answered));
    cri::ExecSyncRequest request;
    request.set_container_id(target.containerId);
    for (const std::string& word : target.command)
        request.add_cmd(word);
    request.set_timeout(std::chrono::duration_cast<std::chrono::seconds>(timeout).count());
    client_.call<cri::ExecSyncRequest, cri::ExecSyncResponse>(
        &RuntimeStub::ExecSync, request, timeout > Duration::zero() ? timeout + quick : noLimit,
        [done = std::move(done)](Result<cri::ExecSyncResponse> got) {
            if (!got) return done(fail(got.error()));
            done(ProbeAnswer{got->exit_code() == 0, got->stdout() + got->stderr()});
        });
}

Result<std::unique_ptr<LogSource>> CriRuntime::openLog(const LogQuery& query) {
    const auto path =
        podLogFolder(options_, query.pod) / query.container / fmt::format("{}.log", query.attempt);
    return LogFile::open(path, query, executor_);
}

std::unique_ptr<PodSession> CriRuntime::openExec(const ExecTarget& target, SessionEvents events) {
    return openCriExec(client_, streams_, executor_, target, std::move(events));
}

std::unique_ptr<PodSession> CriRuntime::openPort(const PortTarget& target, SessionEvents events) {
    if (!target.address.empty()) return openTcpPort(streams_, executor_, target, std::move(events));
    return openCriPort(client_, streams_, executor_, target, std::move(events));
}

void CriRuntime::makeVolumes(const PodId& pod, std::vector<VolumePlan> plans,
                             Done<std::map<std::string, std::string>> done) {
    onWorker<std::map<std::string, std::string>>(
        worker_, [this, pod, plans = std::move(plans)] { return files_.make(pod, plans); }, std::move(done));
}

void CriRuntime::keepDisks(std::map<std::string, bool> disks, Done<void> done) {
    onWorker<void>(
        worker_, [this, disks = std::move(disks)] { return files_.keepDisks(disks); }, std::move(done));
}

void CriRuntime::releaseVolumes(const PodId& pod, Done<void> done) {
    onWorker<void>(
        worker_,
        [this, pod] {
            auto removed = files_.removeVolumes(pod);
            return removed ? attached_.release(pod.uid) : removed;
        },
        std::move(done));
}

void CriRuntime::removePodFiles(const PodId& pod, Done<void> done) {
    onWorker<void>(
        worker_,
        [this, pod]() -> Result<void> {
            std::error_code error;
            const auto logs = podLogFolder(options_, pod);
            unlinkLogsBelow(logLinkFolder(options_.logFolder), logs);
            std::filesystem::remove_all(logs, error);
            return files_.remove(pod);
        },
        std::move(done));
}

void CriRuntime::applyNetwork(const nodelink::Network& network, Done<void> done) {
    onWorker<void>(
        worker_,
        [this, network] {
            auto applied = network_.apply(network);
            return applied ? traffic_.setPodCidr(network.pod_cidr()) : applied;
        },
        [this, done = std::move(done)](Result<void> applied) {
            if (!applied) return done(std::move(applied));
            waitForNetwork(30, done); // containerd notices the new configuration by itself, a moment later
        });
}

void CriRuntime::applyTraffic(std::shared_ptr<const network::NetworkObjects> objects, Done<void> done) {
    using Names = std::shared_ptr<const network::ClusterNames>;
    onWorker<Names>(
        worker_,
        [this, objects = std::move(objects)] {
            auto names = traffic_.apply(objects);
            if (names && options_.manageNetwork) health_.serve(traffic_.healthChecks());
            return names;
        },
        [this, done = std::move(done)](const Result<Names>& names) {
            if (!names) return done(fail(names.error()));
            if (!options_.dnsAddress.empty()) names_.serve(*names);
            done({});
        });
}

void CriRuntime::waitForNetwork(int tries, Done<void> done) {
    client_.call<cri::StatusRequest, cri::StatusResponse>(
        &RuntimeStub::Status, {}, quick,
        [this, tries, done = std::move(done)](Result<cri::StatusResponse> got) {
            bool ready = false;
            if (got)
                for (const cri::RuntimeCondition& condition : got->status().conditions())
                    ready = ready || (condition.type() == "NetworkReady" && condition.status());
            if (ready || tries <= 1) return done({}); // the node's Ready condition says what is wrong
            networkTimer_.start(executor_, std::chrono::milliseconds(100),
                                [this, tries, done] { waitForNetwork(tries - 1, done); });
        });
}

void CriRuntime::applyFaults(const nodelink::Faults& faults, Done<void> done) {
    onWorker<void>(
        worker_, [this, faults] { return breaker_.apply(faults); }, std::move(done));
}

void CriRuntime::nodeStatus(Done<api::core::NodeStatus> done) {
    if (engine_.empty())
        client_.call<cri::VersionRequest, cri::VersionResponse>(
            &RuntimeStub::Version, {}, quick, [this](Result<cri::VersionResponse> got) {
                if (got) engine_ = got->runtime_name() + "://" + got->runtime_version();
            });
    client_.call<cri::StatusRequest, cri::StatusResponse>(
        &RuntimeStub::Status, {}, quick, [this, done = std::move(done)](Result<cri::StatusResponse> got) {
            std::string notReady;
            if (!got) notReady = "container runtime is down: " + got.error().message;
            if (got)
                for (const cri::RuntimeCondition& condition : got->status().conditions())
                    if (!condition.status())
                        notReady += fmt::format(
                            "{}container runtime {} not ready: {}={} reason:{} message:{}",
                            notReady.empty() ? "" : ", ", condition.type() == "NetworkReady" ? "network" : "",
                            condition.type(), condition.status(), condition.reason(), condition.message());
            onWorker<api::core::NodeStatus>(
                worker_,
                [this, notReady, engine = engine_]() -> Result<api::core::NodeStatus> {
                    api::core::NodeStatus status = nodeFacts(options_);
                    status.mutable_nodeinfo()->set_containerruntimeversion(engine);
                    setReady(status, notReady);
                    return status;
                },
                done);
        });
}

void CriRuntime::usage(Done<UsageSnapshot> done) {
    client_.call<cri::ListContainerStatsRequest, cri::ListContainerStatsResponse>(
        &RuntimeStub::ListContainerStats, {}, quick,
        [this, done = std::move(done)](Result<cri::ListContainerStatsResponse> got) {
            if (!got) return done(fail(got.error()));
            onWorker<UsageSnapshot>(
                worker_,
                [containers = containerSamples(*got),
                 wall = executor_.clock().wallNow()]() mutable -> Result<UsageSnapshot> {
                    return UsageSnapshot{nodeSample(cgroupRoot, wall), std::move(containers)};
                },
                done);
        });
}

void CriRuntime::room(Done<NodeRoom> done) {
    const auto measure = [this, done = std::move(done)] {
        onWorker<NodeRoom>(
            worker_, [this, images = imageFolder_] { return nodeRoom(options_.stateFolder, images); }, done);
    };
    if (!imageFolder_.empty()) return measure();
    client_.call<cri::ImageFsInfoRequest, cri::ImageFsInfoResponse>(
        &ImageStub::ImageFsInfo, {}, quick, [this, measure](Result<cri::ImageFsInfoResponse> got) {
            if (got && got->image_filesystems_size() > 0)
                imageFolder_ = got->image_filesystems(0).fs_id().mountpoint();
            measure();
        });
}

void CriRuntime::podShares(Done<std::map<Uid, PodShare>> done) {
    askWritten(client_, [this, done = std::move(done)](const Result<WrittenByPod>& written) {
        onWorker<std::map<Uid, PodShare>>(
            worker_,
            [this, written = written.value_or(WrittenByPod())]() -> Result<std::map<Uid, PodShare>> {
                return podSharesOf(podFolders_, written);
            },
            done);
    });
}

} // namespace

std::unique_ptr<Runtime> makeCriRuntime(CriOptions options, Executor& executor) {
    return std::make_unique<CriRuntime>(std::move(options), executor);
}

} // namespace wheelhouse::agent
