#include "volume_pool.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wheelhouse::libvirt {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t longestHandle = 36; // of a disk's serial number

bool isHandle(const std::string& text) {
    return !text.empty() && text.size() <= longestHandle && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    });
}

tl::unexpected<Status> noHandle(const std::string& text) {
    return fail(Reason::Invalid, fmt::format("\"{}\" cannot be a volume's handle", text));
}

tl::unexpected<Status> systemError(const char* what, const fs::path& path) {
    return fail(Reason::InternalError,
                fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno)));
}

} // namespace

Result<void> VolumePool::make(const machines::VolumeSpec& volume) {
    if (!isHandle(volume.handle)) return noHandle(volume.handle);
    if (volume.bytes <= 0) return fail(Reason::Invalid, "a volume of no size");
    const std::lock_guard lock(mutex_);
    std::error_code error;
    fs::create_directories(folder_, error);
    fs::permissions(folder_, fs::perms::owner_all, error);
    const fs::path file = path(volume.handle);
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return systemError("make", file);
    struct stat now {};
    const bool known = ::fstat(descriptor, &now) == 0;
    const bool done = known && (now.st_size >= volume.bytes || ::ftruncate(descriptor, volume.bytes) == 0);
    const int saved = errno;
    ::close(descriptor);
    errno = saved;
    return done ? Result<void>() : systemError("make", file);
}

Result<void> VolumePool::remove(const std::string& handle) {
    if (!isHandle(handle)) return noHandle(handle);
    const std::lock_guard lock(mutex_);
    if (const auto held = holders_.find(handle); held != holders_.end())
        return fail(Reason::Conflict, fmt::format("volume {} is attached to {}", handle, held->second));
    if (::unlink(path(handle).c_str()) == 0 || errno == ENOENT) return {};
    return systemError("delete", path(handle));
}

Result<void> VolumePool::take(const std::string& handle, const std::string& machine) {
    if (!isHandle(handle)) return noHandle(handle);
    const std::lock_guard lock(mutex_);
    std::error_code error;
    if (!fs::exists(path(handle), error))
        return fail(Reason::NotFound, fmt::format("there is no volume {}", handle));
    const auto [held, free] = holders_.try_emplace(handle, machine);
    if (free || held->second == machine) return {};
    return fail(Reason::Conflict, fmt::format("volume {} is attached to {}", handle, held->second));
}

void VolumePool::restore(const std::string& handle, const std::string& machine) {
    const std::lock_guard lock(mutex_);
    holders_.try_emplace(handle, machine);
}

void VolumePool::release(const std::string& handle, const std::string& machine) {
    const std::lock_guard lock(mutex_);
    const auto held = holders_.find(handle);
    if (held != holders_.end() && held->second == machine) holders_.erase(held);
}

std::string VolumePool::holder(const std::string& handle) const {
    const std::lock_guard lock(mutex_);
    const auto held = holders_.find(handle);
    return held == holders_.end() ? std::string() : held->second;
}

} // namespace wheelhouse::libvirt
