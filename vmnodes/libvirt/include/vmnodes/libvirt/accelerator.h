#pragma once

#include <functional>
#include <string>

namespace wheelhouse::libvirt {

/// How guests run on this computer, and why not faster.
struct Accelerator {
    bool kvm = false;
    std::string reason; ///< empty for kvm; otherwise half a sentence for people: "/dev/kvm cannot be opened"

    /// "kvm", or "tcg: <reason>".
    std::string text() const { return kvm ? "kvm" : "tcg: " + reason; }
};

/// What the kernel's virtual machine monitor did with a small guest of one million rounds in 64-bit mode.
struct KvmTrial {
    bool opened = false;  ///< /dev/kvm could be opened
    std::string error;    ///< a system call that failed, with the system's reason
    bool hasSse3 = false; ///< guests are offered SSE3 (CPUID "pni"), which every 64-bit kernel of today needs
    bool finished = false; ///< within the time limit
    bool rightAnswer = false;
};

/// Judges a trial. A /dev/kvm that can be opened proves nothing: nested virtualisation without hardware help
/// opens, and then runs guests a thousand times too slowly.
Accelerator judge(const KvmTrial& trial);
/// Runs the trial: takes milliseconds where KVM works, at most 500 ms where it does not.
KvmTrial tryKvm();
/// The verdict of this computer; the first call blocks as tryKvm does, later ones return what it found.
/// Thread-safe.
const Accelerator& accelerator();

} // namespace wheelhouse::libvirt
