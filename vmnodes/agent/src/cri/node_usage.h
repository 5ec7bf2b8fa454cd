#pragma once

#include "cri.pb.h"
#include "vmnodes/agent/usage.h"

#include <filesystem>
#include <optional>
#include <vector>

namespace wheelhouse::agent {

/// What a cgroup (version 2) and all below it used, as of `at`; the whole node's is the root's. Absent when
/// its files cannot be read. Reads two files.
std::optional<UsageSample> nodeSample(const std::filesystem::path& cgroup, WallTime at);
/// The containers an engine gives figures of. One whose figures are incomplete is left out.
std::vector<ContainerSample> containerSamples(const ::runtime::v1::ListContainerStatsResponse& stats);

} // namespace wheelhouse::agent
