#pragma once

#include "engine/base/clock.h"
#include "engine/base/status.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace wheelhouse::app {

enum class Command { Window, Serve, Image, Info, Help, Version };

/// Everything the command line can say, with its defaults. Plain data.
struct CommandLine {
    Command command = Command::Window;
    std::filesystem::path dataDirectory;
    std::string listenHost = "127.0.0.1";
    std::uint16_t listenPort = 0;
    std::filesystem::path kubeconfig; ///< empty = <data directory>/kubeconfig
    std::filesystem::path readyFile;  ///< empty = none
    /// Provider → how many machines there shall be at least. Empty = whatever the lab has; a new lab gets a
    /// default, or in a window is asked for.
    std::map<std::string, int> nodes;
    std::map<std::string, std::string> registryMirrors; ///< "docker.io" → "http://127.0.0.1:5000"
    Duration nodeMonitorGrace = std::chrono::seconds(50);
    Duration heartbeat = std::chrono::seconds(10);
    /// How long pods stay on a node that is not ready or unreachable, where they do not say themselves.
    int defaultTolerationSeconds = 300;
    Duration history = std::chrono::hours(24);    ///< how far back lists may ask
    std::filesystem::path auditLog;               ///< empty = in the data directory, "-" = none
    std::filesystem::path auditPolicy;            ///< empty = one for everyday use
    std::filesystem::path schedulerConfiguration; ///< empty = Kubernetes' defaults
    std::filesystem::path kubeletConfiguration;   ///< empty = the agent's defaults
    std::uint32_t auditFileMegabytes = 100;
    std::uint32_t auditBackups = 10;
    bool keepMachines = false;
    bool verbose = false;
    std::string appearance = "system"; ///< window: system, light, dark
};

/// Errors are one line that says what is wrong with which argument.
Result<CommandLine> parseCommandLine(const std::vector<std::string>& arguments);
std::string helpText();

} // namespace wheelhouse::app
