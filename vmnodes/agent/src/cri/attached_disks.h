#pragma once

#include "disk_format.h"
#include "engine/base/status.h"
#include "process.h"
#include "vmnodes/agent/runtime.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace wheelhouse::agent {

/// Disks that come and go on the node, told by their serial numbers: gives empty ones a file system, mounts
/// each once for all pods that use it, and unmounts it after the last. Who uses which is kept as files beside
/// the mounts, so a restart of the agent changes nothing; after one of the node nothing is mounted, and it is
/// mounted again when its pods are. Blocks; for a worker thread.
class AttachedDisks {
  public:
    /// `folder` is for mounts and notes; `blockDevices` is where the kernel lists its disks.
    AttachedDisks(std::filesystem::path folder, Processes& processes,
                  std::filesystem::path blockDevices = "/sys/block")
        : folder_(std::move(folder)), blockDevices_(std::move(blockDevices)), processes_(processes) {}

    /// The path of what the pod gets: the mounted file system, or the device. ServiceUnavailable while the
    /// disk is not there. A file system smaller than its disk grows.
    Result<std::string> take(const Uid& pod, const VolumePlan& plan);
    /// The pod uses none any more. Idempotent.
    Result<void> release(const Uid& pod);
    /// The device with this serial number, as /dev/NAME.
    std::optional<std::string> find(const std::string& serial) const;

  private:
    std::filesystem::path mountPoint(const std::string& disk) const { return folder_ / disk / "mount"; }
    std::filesystem::path notes(const std::string& disk) const { return folder_ / disk / "pods"; }
    Result<void> mount(const std::string& device, const VolumePlan& plan);
    Result<void> unmountUnused(const std::string& disk);

    const std::filesystem::path folder_;
    const std::filesystem::path blockDevices_;
    Processes& processes_;
};

/// The size an ext4 file system says it has, in bytes, from the first MiB of its disk.
std::int64_t ext4Size(const std::string& start);
/// Gives a volume's root, and what is in it, to a group; nothing where the root is the group's already.
Result<void> giveToGroup(const std::filesystem::path& root, std::int64_t group);

} // namespace wheelhouse::agent
