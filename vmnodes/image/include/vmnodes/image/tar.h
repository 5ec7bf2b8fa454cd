#pragma once

#include <cstdint>
#include <ostream>
#include <string_view>

namespace wheelhouse::image {

/// Writes a POSIX ustar archive, repeatable byte for byte: owner root, time 0. Not thread-safe. After the
/// last entry call finish() once. Paths are relative, at most 100 bytes; the stream's state tells of write
/// errors.
class TarWriter {
  public:
    explicit TarWriter(std::ostream& out) : out_(out) {}
    void folder(std::string_view path, unsigned mode = 0755);
    void file(std::string_view path, std::string_view content, unsigned mode = 0644);
    void finish();

  private:
    void header(std::string_view path, char type, std::uint64_t size, unsigned mode);

    std::ostream& out_;
};

} // namespace wheelhouse::image
