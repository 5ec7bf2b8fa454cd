#include "disk_format.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <string_view>
#include <unistd.h>

namespace wheelhouse::agent {

namespace {

constexpr off_t sector = 512;
constexpr off_t superBlock = 1024; ///< what is before it is nobody's
constexpr off_t startEnd = 4096;
constexpr std::string_view mark = "wheelhouse: this disk is being formatted\n";
constexpr Duration formatLimit = std::chrono::minutes(5);

class File {
  public:
    File(const std::string& path, int flags)
        : path_(path), descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    bool isOpen() const { return descriptor_ >= 0; }
    int descriptor() const { return descriptor_; }
    bool write(const char* bytes, std::size_t count, off_t at) const {
        while (count > 0) {
            const ssize_t done = ::pwrite(descriptor_, bytes, count, at);
            if (done <= 0) return false;
            bytes += done;
            at += done;
            count -= static_cast<std::size_t>(done);
        }
        return true;
    }
    /// Everything written is on the disk.
    bool flush() const { return ::fsync(descriptor_) == 0; }
    tl::unexpected<Status> failed(const char* what) const {
        return fail(Reason::InternalError,
                    fmt::format("cannot {} {}: {}", what, path_, std::strerror(errno)));
    }

  private:
    const std::string path_;
    const int descriptor_;
};

/// What the file holds from `from` to `to`, its holes left out.
Result<void> copyRange(const File& image, const File& device, off_t from, off_t to) {
    std::array<char, 256 * 1024> buffer{};
    while (from < to) {
        const off_t data = ::lseek(image.descriptor(), from, SEEK_DATA);
        if (data < 0 && errno == ENXIO) return {}; // nothing more
        if (data < 0) return image.failed("read");
        const off_t hole = ::lseek(image.descriptor(), data, SEEK_HOLE);
        if (hole < 0) return image.failed("read");
        const off_t last = std::min(hole, to);
        for (off_t at = data; at < last;) {
            const auto wanted = static_cast<std::size_t>(std::min<off_t>(last - at, buffer.size()));
            const ssize_t got = ::pread(image.descriptor(), buffer.data(), wanted, at);
            if (got <= 0) return image.failed("read");
            if (!device.write(buffer.data(), static_cast<std::size_t>(got), at))
                return device.failed("write");
            at += got;
        }
        from = hole;
    }
    return {};
}

Result<void> copyToDisk(const std::filesystem::path& from, const std::string& to, off_t begin, off_t end) {
    const File image(from.string(), O_RDONLY);
    const File device(to, O_WRONLY);
    if (!image.isOpen()) return image.failed("read");
    if (!device.isOpen()) return device.failed("write");
    if (auto copied = copyRange(image, device, begin, end); !copied) return copied;
    return device.flush() ? Result<void>() : device.failed("write");
}

Result<void> writeFirstSector(const std::string& path, std::string_view text) {
    std::array<char, sector> bytes{};
    std::copy(text.begin(), text.end(), bytes.begin());
    const File device(path, O_WRONLY);
    if (!device.isOpen() || !device.write(bytes.data(), bytes.size(), 0) || !device.flush())
        return device.failed("write");
    return {};
}

} // namespace

DiskContent contentOf(const std::string& start) {
    constexpr std::size_t magic = superBlock + 0x38;
    if (start.starts_with(mark)) return DiskContent::Begun;
    if (start.size() > magic + 1 && start[magic] == '\x53' && start[magic + 1] == '\xef')
        return DiskContent::Ext4;
    return std::all_of(start.begin(), start.end(), [](char c) { return c == '\0'; }) ? DiskContent::Empty
                                                                                     : DiskContent::Other;
}

Result<void> makeImage(Processes& processes, const std::filesystem::path& image, std::int64_t bytes) {
    const File file(image.string(), O_CREAT | O_TRUNC | O_WRONLY);
    if (!file.isOpen() || ::ftruncate(file.descriptor(), bytes) != 0) return file.failed("make");
    const auto made = processes.run({"mke2fs", "-q", "-F", "-t", "ext4", "-m", "0", "-E",
                                     "lazy_itable_init=1,lazy_journal_init=1,nodiscard", image.string()},
                                    {}, formatLimit);
    return made ? Result<void>() : fail(made.error());
}

Result<void> markBegun(const std::string& device) {
    return writeFirstSector(device, mark);
}

Result<void> copyAllButStart(const std::filesystem::path& image, const std::string& device) {
    std::error_code error;
    const auto size = static_cast<off_t>(std::filesystem::file_size(image, error));
    if (error)
        return fail(Reason::InternalError,
                    fmt::format("cannot read {}: {}", image.string(), error.message()));
    return copyToDisk(image, device, startEnd, size);
}

Result<void> copyStart(const std::filesystem::path& image, const std::string& device) {
    return copyToDisk(image, device, superBlock, startEnd);
}

Result<void> clearMark(const std::string& device) {
    return writeFirstSector(device, {});
}

Result<void> formatDisk(Processes& processes, const std::string& device, std::int64_t bytes,
                        const std::filesystem::path& image) {
    Result<void> done = makeImage(processes, image, bytes);
    if (done) done = markBegun(device);
    if (done) done = copyAllButStart(image, device);
    if (done) done = copyStart(image, device);
    if (done) done = clearMark(device);
    std::error_code error;
    std::filesystem::remove(image, error);
    return done;
}

} // namespace wheelhouse::agent
