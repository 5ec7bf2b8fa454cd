#pragma once

#include <fstream>
#include <poll.h>
#include <string>

namespace bench {

/// Proportional set size of a process in KiB.
inline double memoryKiB(int pid) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/smaps_rollup");
    for (std::string word; in >> word;) {
        double value = 0;
        if (word == "Pss:" && in >> value) return value;
    }
    return 0;
}

} // namespace bench
