#include "engine/base/files.h"
#include "engine/base/programs.h"
#include "vmnodes/libvirt/host_report.h"
#include "vmnodes/libvirt/libvirt_provider.h"

#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <libvirt/libvirt.h>
#include <sstream>
#include <string>
#include <unistd.h>

namespace wheelhouse::libvirt {
namespace {

bool hasQemu() {
    return programExists("qemu-system-x86_64");
}

/// Where libvirt looks for its drivers: beside itself, unless it is told otherwise.
std::filesystem::path driverFolder() {
    if (const char* told = std::getenv("LIBVIRT_DRIVER_DIR"); told != nullptr && *told != '\0') return told;
    Dl_info library{};
    if (::dladdr(reinterpret_cast<const void*>(&virGetVersion), &library) == 0 ||
        library.dli_fname == nullptr)
        return {};
    return std::filesystem::path(library.dli_fname).parent_path() / "libvirt/connection-driver";
}

} // namespace

Result<void> checkHost() {
    if (hasQemu()) return {};
    return fail(Reason::ServiceUnavailable,
                "virtual machines need QEMU, and qemu-system-x86_64 is not there; install the "
                "package qemu-system-x86, or use --nodes simulated=3");
}

std::string virtualisationOf(const std::string& cpuinfo) {
    std::istringstream lines(cpuinfo);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("flags")) continue;
        std::istringstream words(line);
        for (std::string word; words >> word;)
            if (word == "vmx" || word == "svm") return word;
        return {};
    }
    return {};
}

HostReport inspectHost() {
    HostReport report;
    report.virtualisation = virtualisationOf(readFile("/proc/cpuinfo").value_or(std::string()));
    report.kvmDevice = ::access("/dev/kvm", F_OK) == 0;
    report.kvmPermitted = ::access("/dev/kvm", R_OK | W_OK) == 0;
    // Looked at anew each time: somebody may have mended it since.
    report.accelerator = judge(tryKvm());
    report.qemu = hasQemu();
    std::error_code error;
    report.driver = std::filesystem::exists(driverFolder() / "libvirt_driver_qemu.so", error);
    return report;
}

} // namespace wheelhouse::libvirt
