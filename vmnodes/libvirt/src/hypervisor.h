#pragma once

#include "engine/base/status.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace wheelhouse::libvirt {

/// A running domain.
struct DomainInfo {
    std::string name;
    std::string uuid;
    bool paused = false;
};

/// libvirt's embedded QEMU driver under one folder. Thread-safe; all calls block, for as long as libvirt
/// does. Errors are one line for people. At most one at a time in a process.
class Hypervisor {
  public:
    /// A domain stopped, however. Called on libvirt's event thread; must not block.
    using OnStopped = std::function<void(const std::string& uuid)>;

    /// Opens the driver and starts its event thread. Domains that were running already are being reconnected
    /// to when this returns; see awaitReconnect.
    static Result<std::unique_ptr<Hypervisor>> open(const std::filesystem::path& folder, OnStopped onStopped);
    Hypervisor(const Hypervisor&) = delete;
    Hypervisor& operator=(const Hypervisor&) = delete;
    /// Closes the connection. Running domains run on.
    ~Hypervisor();

    std::vector<DomainInfo> running() const;
    std::optional<DomainInfo> find(const std::string& uuid) const;
    /// Returns when libvirt has reconnected to a domain that was running before it was opened: true when it
    /// still runs.
    bool awaitReconnect(const std::string& uuid) const;
    Result<void> start(const std::string& xml) const;
    /// Success also when it does not run.
    Result<void> destroy(const std::string& uuid) const;
    Result<void> suspend(const std::string& uuid) const;
    Result<void> resume(const std::string& uuid) const;
    /// Gives a running machine a disk it tells by its serial number; success also when it has it.
    Result<void> plugDisk(const std::string& uuid, const std::filesystem::path& file,
                          const std::string& serial) const;
    /// Success when the machine can no longer reach the disk, or never could.
    Result<void> unplugDisk(const std::string& uuid, const std::string& serial) const;
    /// Grows a disk that a running machine has, with its file.
    Result<void> resizeDisk(const std::string& uuid, const std::filesystem::path& file,
                            std::int64_t bytes) const;

  private:
    struct Impl;
    explicit Hypervisor(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// The settings the driver needs, for this user, as its qemu.conf.
std::string driverConfig(bool root);
/// A path to `folder` short enough for the driver's sockets: itself, or a link in the user's cache folder.
Result<std::filesystem::path> shortPath(const std::filesystem::path& folder);

} // namespace wheelhouse::libvirt
