#pragma once

#include "domain_xml.h"
#include "engine/base/status.h"
#include "engine/machines/machine_provider.h"

#include <filesystem>
#include <string>

namespace wheelhouse::libvirt {

/// What the guest is told, beside what its control plane told us.
struct AgentDisk {
    machines::MachineSpec spec;
    Addresses addresses;
    std::string accelerator;
    int mtu = 1500;
    std::filesystem::path program;
    std::string kubeletConfiguration; ///< JSON; empty = the agent's defaults
};

/// A host or URL as the guest must write it: this computer's loopback is 10.0.2.2 there.
std::string asSeenFromGuest(std::string text);
/// /agent/config.json.
std::string agentConfig(const AgentDisk& disk);
/// containerd's hosts.toml for one mirrored registry; nothing else is ever asked.
std::string registryHosts(const std::string& mirrorUrl);
/// Writes the disk, a tar archive, readable by its owner alone. Blocks.
Result<void> writeAgentDisk(const AgentDisk& disk, const std::filesystem::path& path);

} // namespace wheelhouse::libvirt
