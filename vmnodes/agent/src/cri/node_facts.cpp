#include "node_facts.h"

#include "engine/base/files.h"

#include <cstdlib>
#include <fmt/format.h>
#include <sstream>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace wheelhouse::agent {

namespace core = api::core;

namespace {

constexpr std::int64_t reservedMemoryKiB = 64 * 1024; // the agent, containerd and the kernel

std::string firstLine(const char* path) {
    const std::string text = readFile(path).value_or(std::string());
    return text.substr(0, text.find('\n'));
}

std::int64_t memoryKiB(const std::string& info, const std::string& what) {
    const std::size_t at = info.find(what + ":");
    return at == std::string::npos ? 0 : std::strtoll(info.c_str() + at + what.size() + 1, nullptr, 10);
}

std::string osName() {
    const std::string text = readFile("/etc/os-release").value_or(std::string());
    const std::string key = "PRETTY_NAME=\"";
    const std::size_t at = text.find(key);
    if (at == std::string::npos) return "Linux";
    return text.substr(at + key.size(), text.find('"', at + key.size()) - at - key.size());
}

void condition(core::NodeStatus& status, const std::string& type, bool value, const std::string& reason,
               const std::string& message) {
    core::NodeCondition& made = *status.add_conditions();
    made.set_type(type);
    made.set_status(value ? "True" : "False");
    made.set_reason(reason);
    made.set_message(message);
}

} // namespace

core::NodeStatus nodeFacts(const CriOptions& options) {
    core::NodeStatus status;
    const std::string memory = readFile("/proc/meminfo").value_or(std::string());
    const std::int64_t total = memoryKiB(memory, "MemTotal");
    struct statvfs disk {};
    std::error_code error;
    std::filesystem::create_directories(options.stateFolder, error);
    ::statvfs(options.stateFolder.c_str(), &disk);
    const auto diskBytes =
        static_cast<std::int64_t>(disk.f_blocks) * static_cast<std::int64_t>(disk.f_frsize);
    const long cpus = ::sysconf(_SC_NPROCESSORS_ONLN);
    auto& capacity = *status.mutable_capacity();
    auto& allocatable = *status.mutable_allocatable();
    capacity["cpu"].set_string(std::to_string(cpus));
    allocatable["cpu"].set_string(std::to_string(cpus));
    capacity["memory"].set_string(fmt::format("{}Ki", total));
    allocatable["memory"].set_string(fmt::format(
        "{}Ki", std::max<std::int64_t>(0, total - reservedMemoryKiB - options.memoryReserve / 1024)));
    capacity["ephemeral-storage"].set_string(fmt::format("{}Ki", diskBytes / 1024));
    allocatable["ephemeral-storage"].set_string(fmt::format("{}Ki", diskBytes / 1024 * 9 / 10));
    capacity["pods"].set_string(std::to_string(options.maxPods));
    allocatable["pods"].set_string(std::to_string(options.maxPods));

    if (!options.internalIp.empty()) {
        core::NodeAddress& address = *status.add_addresses();
        address.set_type("InternalIP");
        address.set_address(options.internalIp);
    }
    utsname name{};
    ::uname(&name);
    core::NodeSystemInfo& info = *status.mutable_nodeinfo();
    info.set_machineid(options.machineId.empty() ? firstLine("/etc/machine-id") : options.machineId);
    info.set_systemuuid(info.machineid());
    info.set_bootid(firstLine("/proc/sys/kernel/random/boot_id"));
    info.set_kernelversion(name.release);
    info.set_osimage(osName());
    info.set_kubeletversion("v1.35.0+wheelhouse");
    info.set_kubeproxyversion("");
    info.set_operatingsystem("linux");
    info.set_architecture(std::string(name.machine) == "x86_64"    ? "amd64"
                          : std::string(name.machine) == "aarch64" ? "arm64"
                                                                   : name.machine);
    return status;
}

void setReady(core::NodeStatus& status, const std::string& notReadyMessage) {
    const bool ready = notReadyMessage.empty();
    condition(status, "Ready", ready, ready ? "KubeletReady" : "KubeletNotReady",
              ready ? "kubelet is posting ready status" : notReadyMessage);
}

} // namespace wheelhouse::agent
