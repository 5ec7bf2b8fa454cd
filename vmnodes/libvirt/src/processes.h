#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace wheelhouse::libvirt {

/// A hypervisor process of ours, found by its own command line.
struct QemuProcess {
    pid_t pid = 0;
    std::string uuid;
};

/// Parses /proc/<pid>/cmdline: the uuid after "-uuid" when it is a QEMU that uses a file below `folder`;
/// empty otherwise.
std::string uuidOfQemu(const std::string& commandLine, const std::string& folder);
/// All QEMU processes that use files below `folder`.
std::vector<QemuProcess> qemuProcesses(const std::string& folder);
/// The process of one machine; 0 when there is none.
pid_t pidOf(const std::string& folder, const std::string& uuid);
/// SIGKILL, to exactly this machine's process even if its number was used again meanwhile. True when it was
/// sent.
bool killQemu(pid_t pid, const std::string& folder, const std::string& uuid);

} // namespace wheelhouse::libvirt
