#pragma once

#include "engine/base/status.h"
#include "engine/machines/machine_provider.h"

#include <filesystem>
#include <map>
#include <mutex>
#include <string>

namespace wheelhouse::libvirt {

/// Volumes as sparse files of one folder, and who has which. That a volume has one holder at most is kept
/// here; machines write down what they hold before they use it, and let it go when nothing of theirs can
/// reach it. Thread-safe; blocks on the disk.
class VolumePool {
  public:
    explicit VolumePool(std::filesystem::path folder) : folder_(std::move(folder)) {}

    std::filesystem::path path(const std::string& handle) const { return folder_ / (handle + ".raw"); }
    /// Makes the file, or grows a smaller one. Not for one in use: its holder grows it.
    Result<void> make(const machines::VolumeSpec& volume);
    /// Conflict while it has a holder; success when there is none.
    Result<void> remove(const std::string& handle);
    /// Success also when the machine has it already. NotFound, or Conflict with the other holder's name.
    Result<void> take(const std::string& handle, const std::string& machine);
    /// For what a machine held when the program ended.
    void restore(const std::string& handle, const std::string& machine);
    /// Nothing happens when somebody else has it.
    void release(const std::string& handle, const std::string& machine);
    /// Empty when nobody has it.
    std::string holder(const std::string& handle) const;

  private:
    const std::filesystem::path folder_;
    mutable std::mutex mutex_;
    std::map<std::string, std::string> holders_; ///< machine by handle
};

} // namespace wheelhouse::libvirt
