#pragma once

#include "figures.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace bench {

/// A new folder beside the build, because a temporary folder may be a memory file system and syncs nothing.
inline std::filesystem::path scratch() {
    std::string folder = std::string(WHEELHOUSE_BINARY_DIR) + "/bench-XXXXXX";
    return ::mkdtemp(folder.data());
}

/// Appends of `bytes`, each followed by fdatasync: what the disk itself can do.
inline Run measureDisk(int total, std::size_t bytes) {
    const std::filesystem::path folder = scratch();
    const int fd = ::open((folder / "log").c_str(), O_WRONLY | O_CREAT, 0600);
    const std::string block(bytes, 'x');
    const Run run = measure([&] {
        for (int i = 0; i < total; ++i)
            if (::write(fd, block.data(), block.size()) < 0 || ::fdatasync(fd) != 0) return 1.0;
        return static_cast<double>(total);
    });
    ::close(fd);
    std::filesystem::remove_all(folder);
    return run;
}

} // namespace bench
