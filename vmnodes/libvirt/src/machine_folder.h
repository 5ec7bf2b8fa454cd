#pragma once

#include "engine/base/status.h"
#include "vmnodes/fabric/fabric.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::libvirt {

/// What is kept of a machine between runs of the program.
struct MachineRecord {
    std::string name;
    std::string uuid;
    int index = 0;
    fabric::Cable cable; ///< of the last start; zeros before the first
    std::string accelerator;
    std::vector<std::string> volumes; ///< that it has: nobody else may

    bool operator==(const MachineRecord&) const = default;
};

/// One machine's files: machine.json, data.qcow2, agent.tar, console.log. Blocks on the disk.
class MachineFolder {
  public:
    explicit MachineFolder(std::filesystem::path path) : path_(std::move(path)) {}
    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path dataDisk() const { return path_ / "data.qcow2"; }
    std::filesystem::path agentDisk() const { return path_ / "agent.tar"; }
    std::filesystem::path console() const { return path_ / "console.log"; }

    /// Nothing when there is no (readable) record: then the machine was not made yet.
    std::optional<MachineRecord> read() const;
    Result<void> write(const MachineRecord& record) const;
    /// Makes the data disk unless there is one; sparse, so its size costs nothing yet.
    Result<void> makeDataDisk(int gibibytes) const;
    /// Deletes everything, the record last but one: what is left of an interrupted deletion is no machine.
    Result<void> remove() const;

  private:
    std::filesystem::path path_;
};

/// The records below `machines`; folders without one are deleted.
std::vector<MachineRecord> readMachines(const std::filesystem::path& machines);

} // namespace wheelhouse::libvirt
