#pragma once

#include "engine/base/status.h"
#include "process.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace wheelhouse::agent {

// How an empty disk gets its ext4 file system, so that a power cut at any moment leaves one of three: an
// empty disk, a whole file system, or a disk that says that it was being formatted. The file system is made
// in a sparse file first. Then the disk's first sector says what is going on, all of the file system but its
// start is copied, then its start, and only then is the first sector as it should be. Nothing is ever mounted
// before, so a disk that says so holds nobody's data. All of these block; for a worker thread.

/// What is on a disk, judged by its first MiB. Begun: somebody was about to format it.
enum class DiskContent { Empty, Begun, Ext4, Other };
DiskContent contentOf(const std::string& start);

/// Does it all. `image` is where the sparse file may be; it is gone afterwards. The disk must be Empty or
/// Begun.
Result<void> formatDisk(Processes& processes, const std::string& device, std::int64_t bytes,
                        const std::filesystem::path& image);

// Its steps, each on the disk for good when it returns.
Result<void> makeImage(Processes& processes, const std::filesystem::path& image, std::int64_t bytes);
Result<void> markBegun(const std::string& device);
Result<void> copyAllButStart(const std::filesystem::path& image, const std::string& device);
Result<void> copyStart(const std::filesystem::path& image, const std::string& device);
Result<void> clearMark(const std::string& device);

} // namespace wheelhouse::agent
