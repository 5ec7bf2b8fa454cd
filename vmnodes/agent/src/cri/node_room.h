#pragma once

#include "vmnodes/agent/runtime.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace wheelhouse::agent {

// What is left of a node, and which pods have it. All of these block; for a worker thread.

/// Where pods have something on a node.
struct PodFolders {
    std::filesystem::path volumes; ///< a folder for each pod, called by its uid
    std::filesystem::path logs;    ///< … called NAMESPACE_NAME_UID
    std::filesystem::path cgroups; ///< (version 2) of all pods
};

/// `images` is where the container runtime keeps images; empty = not known.
Result<NodeRoom> nodeRoom(const std::filesystem::path& node, const std::filesystem::path& images);
/// Pods that have a folder, each once.
std::vector<PodId> podsWithFiles(const PodFolders& folders);
/// What each pod has, on top of what its containers have written.
std::map<Uid, PodShare> podSharesOf(const PodFolders& folders, std::map<Uid, PodShare> written);

} // namespace wheelhouse::agent
