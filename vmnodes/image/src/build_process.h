#pragma once

#include "engine/base/status.h"
#include "vmnodes/image/image_builder.h"

#include <atomic>
#include <string>
#include <vector>

namespace wheelhouse::image {

/// Runs a command in a process group of its own, which ends with this program; its "STEP <percent> <what>"
/// lines become progress. Blocks. The error's message is the line of its output that says best what went
/// wrong.
Result<void> runBuild(const std::vector<std::string>& command, const OnProgress& progress,
                      const std::atomic<bool>* cancel);
/// The line of a build's log that says best why it failed.
std::string reasonFromLog(const std::string& log);

} // namespace wheelhouse::image
