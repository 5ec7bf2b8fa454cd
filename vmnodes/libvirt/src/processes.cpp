#include "processes.h"

#include "engine/base/files.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <sys/syscall.h>
#include <unistd.h>

namespace wheelhouse::libvirt {
namespace {

std::string commandLineOf(pid_t pid) {
    return readFile("/proc/" + std::to_string(pid) + "/cmdline").value_or("");
}

} // namespace

std::string uuidOfQemu(const std::string& commandLine, const std::string& folder) {
    const std::string program = commandLine.substr(0, commandLine.find('\0'));
    if (program.find("qemu") == std::string::npos || commandLine.find(folder + "/") == std::string::npos)
        return {};
    static const std::string option("\0-uuid\0", 7);
    const auto at = commandLine.find(option);
    if (at == std::string::npos) return {};
    const auto start = at + option.size();
    return commandLine.substr(start, commandLine.find('\0', start) - start);
}

std::vector<QemuProcess> qemuProcesses(const std::string& folder) {
    std::vector<QemuProcess> found;
    std::error_code error;
    for (std::filesystem::directory_iterator i("/proc", error), end; !error && i != end; i.increment(error)) {
        const std::string name = i->path().filename().string();
        pid_t pid = 0;
        const auto [rest, bad] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (bad != std::errc() || rest != name.data() + name.size()) continue;
        std::string uuid = uuidOfQemu(commandLineOf(pid), folder);
        if (!uuid.empty()) found.push_back({pid, std::move(uuid)});
    }
    return found;
}

pid_t pidOf(const std::string& folder, const std::string& uuid) {
    const auto all = qemuProcesses(folder);
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&uuid](const QemuProcess& process) { return process.uuid == uuid; });
    return found == all.end() ? 0 : found->pid;
}

bool killQemu(pid_t pid, const std::string& folder, const std::string& uuid) {
    // Held open first and looked at then: the number cannot come to mean another process in between.
    const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    if (handle < 0) return false;
    const bool ours = uuidOfQemu(commandLineOf(pid), folder) == uuid;
    const bool sent = ours && syscall(SYS_pidfd_send_signal, handle, SIGKILL, nullptr, 0) == 0;
    close(handle);
    return sent;
}

} // namespace wheelhouse::libvirt
