#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::simulated {

/// The files somebody has copied into a simulated container: in memory, a few MiB at most. Paths are
/// absolute; folders are there because something is in them.
class SimulatedFiles {
  public:
    static constexpr std::size_t maxBytes = 4 * 1024 * 1024;

    const std::string* find(std::string_view path) const;
    bool isFolder(std::string_view path) const;
    /// Names directly in a folder.
    std::vector<std::string> list(std::string_view folder) const;
    /// Takes the files of a tar archive into `folder`. What is wrong with it, or empty.
    std::string unpack(std::string_view tar, std::string_view folder);
    /// A file or folder as a tar archive; empty when it is not there.
    std::string pack(std::string_view path) const;

  private:
    std::map<std::string, std::string> files_;
    std::size_t size_ = 0;
};

/// Absolute, without "." and "..", without a slash at the end.
std::string cleanPath(std::string_view path);

} // namespace wheelhouse::simulated
