#include "vmnodes/libvirt/libvirt_provider.h"

#include <cstdlib>
#include <sstream>
#include <string>
#include <unistd.h>

namespace wheelhouse::libvirt {

Result<void> checkHost() {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "/usr/bin:/bin");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (::access((folder + "/qemu-system-x86_64").c_str(), X_OK) == 0) return {};
    return fail(Reason::ServiceUnavailable,
                "virtual machines need QEMU, and qemu-system-x86_64 is not there; install the "
                "package qemu-system-x86, or use --nodes simulated=3");
}

} // namespace wheelhouse::libvirt
