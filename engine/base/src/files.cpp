#include "engine/base/files.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace wheelhouse {
namespace {

tl::unexpected<Status> systemError(std::string_view what, const std::filesystem::path& path) {
    return fail(Reason::InternalError,
                fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno)));
}

Result<void> syncFolder(const std::filesystem::path& folder) {
    const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return systemError("open", folder);
    const int rc = ::fsync(fd);
    ::close(fd);
    if (rc != 0) return systemError("sync", folder);
    return {};
}

bool writeAll(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

} // namespace

Result<std::string> readFile(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return systemError("read", path);
    std::ostringstream out;
    out << in.rdbuf();
    if (in.bad()) return systemError("read", path);
    return std::move(out).str();
}

Result<void> writeFileAtomically(const std::filesystem::path& path, std::string_view bytes, mode_t mode) {
    std::string temporary = path.string() + ".XXXXXX";
    const int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
    if (fd < 0) return systemError("create", temporary);
    const bool written = ::fchmod(fd, mode) == 0 && writeAll(fd, bytes) && ::fsync(fd) == 0;
    const auto why = written ? tl::unexpected<Status>(Status{}) : systemError("write", path);
    ::close(fd);
    if (!written || ::rename(temporary.c_str(), path.c_str()) != 0) {
        const auto failure = written ? systemError("replace", path) : why;
        ::unlink(temporary.c_str());
        return failure;
    }
    return syncFolder(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

} // namespace wheelhouse
