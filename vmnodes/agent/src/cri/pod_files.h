#pragma once

#include "attached_disks.h"
#include "engine/base/status.h"
#include "vmnodes/agent/runtime.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace wheelhouse::agent {

/// Volumes of pods as folders on the node's disk. Blocks; for a worker thread.
class PodFiles {
  public:
    /// `disks` is where what outlives pods is kept; `attached` are the disks that come and go.
    PodFiles(std::filesystem::path root, std::filesystem::path disks, AttachedDisks& attached)
        : root_(std::move(root)), disks_(std::move(disks)), attached_(attached) {}
    Result<std::map<std::string, std::string>> make(const PodId& pod, const std::vector<VolumePlan>& plans);
    /// Writes the pod's /etc/hosts anew; answers with where. A container keeps the one it was made with.
    Result<std::string> writeHosts(const PodId& pod, const std::string& text);
    /// Volumes that live as long as the pod: unmounts what is memory and deletes the rest; what is not there
    /// is success.
    Result<void> removeVolumes(const PodId& pod);
    /// The same, and all else that is kept for the pod.
    Result<void> remove(const PodId& pod);
    /// Deletes every disk that is not listed, unless it was last listed to be retained (the value is true).
    Result<void> keepDisks(const std::map<std::string, bool>& disks);

  private:
    Result<std::string> makeOne(const PodId& pod, const VolumePlan& plan);
    Result<std::string> makeDisk(const VolumePlan& plan);
    std::filesystem::path root_;
    std::filesystem::path disks_;
    AttachedDisks& attached_;
};

/// Replaces the files of a volume in one step, as Kubernetes does: they are links through `..data`, which
/// changes at once, so a reader sees all old files or all new ones.
Result<void> writeVolumeFiles(const std::filesystem::path& folder,
                              const std::map<std::string, VolumePlan::File>& files);

} // namespace wheelhouse::agent
