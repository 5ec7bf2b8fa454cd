#include "vmnodes/libvirt/accelerator.h"

#include "engine/base/log.h"

#include <fmt/format.h>

namespace wheelhouse::libvirt {

Accelerator judge(const KvmTrial& trial) {
    if (!trial.opened) return {false, fmt::format("/dev/kvm cannot be used ({})", trial.error)};
    if (!trial.error.empty())
        return {false, fmt::format("/dev/kvm opens but does not work ({})", trial.error)};
    if (!trial.finished) return {false, "/dev/kvm opens but runs guests too slowly"};
    if (!trial.rightAnswer) return {false, "/dev/kvm opens but runs guests wrongly"};
    if (!trial.hasSse3) return {false, "/dev/kvm opens but offers guests too old a processor"};
    return {true, {}};
}

const Accelerator& accelerator() {
    static const Accelerator verdict = [] {
        Accelerator found = judge(tryKvm());
        log::info("libvirt", "accelerator {}", found.text());
        return found;
    }();
    return verdict;
}

} // namespace wheelhouse::libvirt
