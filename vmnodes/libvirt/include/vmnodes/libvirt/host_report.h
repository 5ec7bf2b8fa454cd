#pragma once

#include "vmnodes/libvirt/accelerator.h"

#include <string>

namespace wheelhouse::libvirt {

/// What virtual machines need of this computer, each thing looked at by itself.
struct HostReport {
    std::string
        virtualisation;     ///< what the processor offers: "vmx", "svm"; empty = nothing, or hidden from us
    bool kvmDevice = false; ///< there is a /dev/kvm
    bool kvmPermitted = false; ///< and this user may use it
    Accelerator accelerator;   ///< what a small guest found out
    bool qemu = false;
    bool driver = false; ///< libvirt's driver for QEMU, which runs in this program, is there
};

/// Looks now, whatever was found before. Blocks as tryKvm does. Thread-safe.
HostReport inspectHost();
/// "vmx" or "svm" where the text of /proc/cpuinfo has it. Pure.
std::string virtualisationOf(const std::string& cpuinfo);

} // namespace wheelhouse::libvirt
