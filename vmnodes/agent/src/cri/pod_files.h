#pragma once

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
    explicit PodFiles(std::filesystem::path root) : root_(std::move(root)) {}
    Result<std::map<std::string, std::string>> make(const PodId& pod, const std::vector<VolumePlan>& plans);
    /// Unmounts what is memory and deletes the rest; what is not there is success.
    Result<void> remove(const PodId& pod);

  private:
    Result<std::string> makeOne(const std::filesystem::path& folder, const VolumePlan& plan);
    std::filesystem::path root_;
};

/// Replaces the files of a volume in one step, as Kubernetes does: they are links through `..data`, which
/// changes at once, so a reader sees all old files or all new ones.
Result<void> writeVolumeFiles(const std::filesystem::path& folder,
                              const std::map<std::string, VolumePlan::File>& files);

} // namespace wheelhouse::agent
