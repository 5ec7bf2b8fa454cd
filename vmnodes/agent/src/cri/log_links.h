#pragma once

#include "vmnodes/agent/runtime.h"

#include <filesystem>
#include <string>

namespace wheelhouse::agent {

// Every container's log once more in one folder, under a name that says whose it is, as those expect who
// collect the logs of a node: POD_NAMESPACE_CONTAINER-ID.log, a link to the log of the container's pod. None
// of these fails: a log that cannot be collected keeps no container from running.

/// The folder beside that of the pods' logs.
std::filesystem::path logLinkFolder(const std::filesystem::path& logFolder);
std::string logLinkName(const PodId& pod, const std::string& container, const std::string& id);
void linkLog(const std::filesystem::path& folder, const std::string& name, const std::filesystem::path& log);
/// Of a container that is no more.
void unlinkLog(const std::filesystem::path& folder, const std::string& id);
/// Of logs that are no more.
void unlinkLogsBelow(const std::filesystem::path& folder, const std::filesystem::path& logs);

} // namespace wheelhouse::agent
