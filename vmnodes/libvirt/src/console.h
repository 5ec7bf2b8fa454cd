#pragma once

#include "engine/base/clock.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::libvirt {

/// A "MARK <step> <seconds of uptime>" line of a console.
struct Mark {
    std::string step;
    Duration uptime{};

    bool operator==(const Mark&) const = default;
};

std::optional<Mark> parseMark(std::string_view line);
/// The reason of a "FAILED <reason>" line, or of a kernel panic.
std::optional<std::string> parseFailure(std::string_view line);

/// Follows a growing console file. Not thread-safe.
class Console {
  public:
    explicit Console(std::filesystem::path path) : path_(std::move(path)) {}
    /// Reads what was added since; true when there was a new mark or failure. Starts over when the file
    /// became shorter.
    bool poll();
    void restart();
    const std::vector<Mark>& marks() const { return marks_; }
    const std::string& failure() const { return failure_; }
    bool saw(std::string_view step) const;
    /// The last lines, at most `most` bytes, control characters left out.
    std::string tail(std::size_t most = 4096) const;

  private:
    std::filesystem::path path_;
    std::size_t offset_ = 0;
    std::string pending_;
    std::vector<Mark> marks_;
    std::string failure_;
};

} // namespace wheelhouse::libvirt
