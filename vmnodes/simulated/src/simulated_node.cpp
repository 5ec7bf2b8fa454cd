// The part of SimulatedRuntime that is the node itself: what it has, what is left of it, what is wrong with
// it.
#include "container_load.h"
#include "load_pattern.h"
#include "simulated_annotations.h"
#include "simulated_files.h"
#include "vmnodes/simulated/simulated_runtime.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace wheelhouse::simulated {

namespace core = api::core;
using namespace agent;

namespace {

/// What the system beside the pods takes.
constexpr double systemCores = 0.02;
constexpr std::int64_t systemBytes = std::int64_t{256} << 20;
/// What a fault that takes all memory leaves: less than a node wants to have free.
constexpr std::int64_t lastBytes = std::int64_t{50} << 20;
constexpr std::int64_t diskBytes = std::int64_t{100} << 30;
constexpr std::int64_t inodes = 6'553'600;
constexpr std::int64_t processes = 32'768;
constexpr std::int64_t systemProcesses = 100;

/// Whose volume lies at "/simulated/UID/NAME" and what it is called; nobody's elsewhere.
std::pair<Uid, std::string> podVolume(const std::string& path) {
    const std::size_t name = path.rfind('/');
    const std::size_t uid = path.rfind('/', name - 1);
    if (uid == std::string::npos || path.substr(0, uid) != "/simulated") return {};
    return {Uid(path.substr(uid + 1, name - uid - 1)), path.substr(name + 1)};
}

} // namespace

void SimulatedRuntime::applyFaults(const nodelink::Faults& faults, Done<void> done) {
    faults_ = faults;
    answer<void>(Duration::zero(), std::move(done), {});
}

/// Memory in use, with what a fault takes.
std::int64_t SimulatedRuntime::usedBytes() const {
    std::int64_t used = systemBytes;
    for (const auto& [id, container] : containers_)
        if (container.load && container.info.state == ContainerInfo::State::Running)
            used += container.load->memoryBytes(executor_.clock().now());
    const std::int64_t free = (shape_.memoryMiB << 20) - used - lastBytes;
    return free <= 0 ? used : used + free / 100 * static_cast<std::int64_t>(faults_.memory_percent());
}

void SimulatedRuntime::nodeStatus(Done<core::NodeStatus> done) {
    core::NodeStatus status;
    for (auto* amounts : {status.mutable_capacity(), status.mutable_allocatable()}) {
        (*amounts)["cpu"].set_string(std::to_string(shape_.cpus));
        (*amounts)["memory"].set_string(fmt::format("{}Mi", shape_.memoryMiB));
        (*amounts)[std::string("ephemeral-storage")].set_string("100Gi");
        (*amounts)["pods"].set_string(std::to_string(shape_.pods));
    }
    core::NodeCondition& ready = *status.add_conditions();
    ready.set_type("Ready");
    ready.set_status("True");
    ready.set_reason("KubeletReady");
    ready.set_message("the simulated node is ready");
    auto* address = status.add_addresses();
    address->set_type("InternalIP");
    address->set_address(addressText((10U << 24) | (128U << 16) | ((shape_.index + 1) & 0x7fffff)));
    core::NodeSystemInfo& info = *status.mutable_nodeinfo();
    info.set_machineid(fmt::format("{:032x}", shape_.index));
    info.set_systemuuid(info.machineid());
    info.set_bootid(info.machineid());
    info.set_kernelversion("simulated");
    info.set_osimage("Wheelhouse simulated node");
    info.set_containerruntimeversion("simulated://1");
    info.set_kubeletversion("v1.35.0+wheelhouse");
    info.set_kubeproxyversion("");
    info.set_operatingsystem("linux");
    info.set_architecture("amd64");
    answer<core::NodeStatus>(Duration::zero(), std::move(done), std::move(status));
}

void SimulatedRuntime::usage(Done<UsageSnapshot> done) {
    const Instant now = executor_.clock().now();
    const WallTime wall = executor_.clock().wallNow();
    UsageSnapshot snapshot;
    const double age = std::chrono::duration<double>(now - began_).count();
    UsageSample node{wall, spentByErased_ + static_cast<std::int64_t>(age * systemCores * 1e9), usedBytes()};
    for (const auto& [id, container] : containers_) {
        if (!container.load) continue;
        const UsageSample sample{wall, container.load->cpuNanoseconds(now), container.load->memoryBytes(now)};
        node.cpuNanoseconds += sample.cpuNanoseconds;
        if (container.info.state != ContainerInfo::State::Running) continue;
        snapshot.containers.push_back({id, sample});
    }
    snapshot.node = node;
    answer<UsageSnapshot>(Duration::zero(), std::move(done), std::move(snapshot));
}

void SimulatedRuntime::room(Done<NodeRoom> done) {
    NodeRoom room = room_;
    room.memory = shape_.memoryMiB << 20;
    room.freeMemory = room.memory - usedBytes();
    if (room.node.bytes == 0) {
        std::int64_t taken = 0;
        for (const auto& [name, image] : images_)
            taken += image.bytes;
        const bool full = faults_.disk_full();
        room.node = {diskBytes, full ? 0 : std::max<std::int64_t>(diskBytes - taken, 0), inodes, inodes};
        room.images = room.node;
    }
    if (room.processes == 0) {
        room.processes = processes;
        room.freeProcesses = processes - systemProcesses - static_cast<std::int64_t>(containers_.size());
    }
    answer<NodeRoom>(Duration::zero(), std::move(done), room);
}

/// What containers are said to write, and what those that act something out have in their volumes.
void SimulatedRuntime::podShares(Done<std::map<Uid, PodShare>> done) {
    const Instant now = executor_.clock().now();
    std::map<Uid, PodShare> shares;
    for (const auto& [id, container] : containers_) {
        const std::string text = annotation(container.spec, "disk");
        const auto pattern = LoadPattern::parse(text.empty() ? "0" : text);
        if (!pattern || container.info.state != ContainerInfo::State::Running) continue;
        PodShare& share = shares[container.info.podUid];
        const auto bytes = static_cast<std::int64_t>(pattern->at(now - container.started));
        share.containers[container.info.name].written += bytes;
        share.diskBytes += bytes;
    }
    for (const auto& [path, volume] : volumes_) {
        const auto [pod, name] = podVolume(path);
        if (pod.empty() || volume->inMemory() || volume->apart()) continue;
        PodShare& share = shares[pod];
        share.volumes[name] = static_cast<std::int64_t>(volume->size());
        share.diskBytes += static_cast<std::int64_t>(volume->size());
    }
    for (const auto& [pod, share] : shares_)
        shares[pod] = share;
    answer<std::map<Uid, PodShare>>(Duration::zero(), std::move(done), std::move(shares));
}

} // namespace wheelhouse::simulated
