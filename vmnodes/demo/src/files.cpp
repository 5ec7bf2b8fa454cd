#include "commands.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace wheelhouse::demo {
namespace {

int failed(const std::string& path) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), std::strerror(errno));
    return 1;
}

bool writeAll(int descriptor, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t written = ::write(descriptor, text.data() + done, text.size() - done);
        if (written < 0) return false;
        done += static_cast<std::size_t>(written);
    }
    return true;
}

} // namespace

int keep(const std::string& path, const std::string& line) {
    // A device has no end to append at: its beginning is written.
    const bool device = path.rfind("/dev/", 0) == 0;
    const int descriptor = ::open(path.c_str(), device ? O_WRONLY : O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (descriptor < 0) return failed(path);
    const bool kept = writeAll(descriptor, line + "\n") && ::fsync(descriptor) == 0;
    const int result = kept ? 0 : failed(path);
    ::close(descriptor);
    return result;
}

int show(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY);
    if (descriptor < 0) return failed(path);
    char part[4096];
    ssize_t got = 0;
    // Of a device what was kept there: it ends at the first zero.
    for (bool more = true; more && (got = ::read(descriptor, part, sizeof part)) > 0;) {
        const void* end = std::memchr(part, 0, static_cast<std::size_t>(got));
        more = end == nullptr;
        const auto size = more ? static_cast<std::size_t>(got)
                               : static_cast<std::size_t>(static_cast<const char*>(end) - part);
        std::fwrite(part, 1, size, stdout);
    }
    const int result = got < 0 ? failed(path) : 0;
    ::close(descriptor);
    return result;
}

int room(const std::string& path) {
    struct statvfs found {};
    if (::statvfs(path.c_str(), &found) != 0) return failed(path);
    std::printf("%llu\n", static_cast<unsigned long long>(found.f_blocks) * found.f_frsize >> 20U);
    return 0;
}

} // namespace wheelhouse::demo
