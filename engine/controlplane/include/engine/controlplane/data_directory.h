#pragma once

#include "engine/base/status.h"

#include <filesystem>

namespace wheelhouse::controlplane {

/// A lab's folder (0700), held for one process as long as this lives. Movable, not copyable.
class DataDirectory {
  public:
    /// Makes the folder when missing and takes its lock. ServiceUnavailable names the process that has it.
    static Result<DataDirectory> open(const std::filesystem::path& path);
    DataDirectory(DataDirectory&& other) noexcept;
    DataDirectory& operator=(DataDirectory&& other) noexcept;
    ~DataDirectory();

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path state() const { return path_ / "state"; }
    std::filesystem::path pki() const { return path_ / "pki"; }

  private:
    DataDirectory(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}
    std::filesystem::path path_;
    int lock_ = -1;
};

} // namespace wheelhouse::controlplane
