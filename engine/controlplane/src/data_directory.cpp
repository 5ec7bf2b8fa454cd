#include "engine/controlplane/data_directory.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace wheelhouse::controlplane {
namespace {

tl::unexpected<Status> cannot(const char* what, const std::filesystem::path& path) {
    return fail(Reason::InternalError, fmt::format("cannot {} {}: {}; choose another with --data-dir", what,
                                                   path.string(), std::strerror(errno)));
}

} // namespace

Result<DataDirectory> DataDirectory::open(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error)
        return fail(Reason::InternalError, fmt::format("cannot create {}: {}; choose another with --data-dir",
                                                       path.string(), error.message()));
    if (::chmod(path.c_str(), 0700) != 0) return cannot("protect", path);
    const std::filesystem::path lockPath = path / "lock";
    const int lock = ::open(lockPath.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) return cannot("open", lockPath);
    DataDirectory directory(path, lock);
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        char owner[32] = {};
        const ssize_t n = ::read(lock, owner, sizeof owner - 1);
        return fail(Reason::ServiceUnavailable,
                    fmt::format("{} is in use by process {}; stop that one or choose another with --data-dir",
                                path.string(), n > 0 ? owner : "(unknown)"));
    }
    const std::string self = std::to_string(::getpid());
    if (::ftruncate(lock, 0) != 0 ||
        ::pwrite(lock, self.data(), self.size(), 0) != static_cast<ssize_t>(self.size()))
        return cannot("write", lockPath);
    return directory;
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDirectory& DataDirectory::operator=(DataDirectory&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(lock_, other.lock_);
    return *this;
}

DataDirectory::~DataDirectory() {
    if (lock_ >= 0) ::close(lock_);
}

} // namespace wheelhouse::controlplane
