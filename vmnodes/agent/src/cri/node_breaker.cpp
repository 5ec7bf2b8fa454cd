#include "node_breaker.h"

#include "engine/base/files.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <string>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

namespace wheelhouse::agent {

namespace {

constexpr std::int64_t period = 100'000; ///< of a cgroup's limit, in microseconds
constexpr std::int64_t leastQuota = 1'000;
/// What stays free. Of memory it is less than the node says it needs, so that it reports pressure.
constexpr std::int64_t lastDisk = std::int64_t{16} << 20;
constexpr std::int64_t lastMemory = std::int64_t{40} << 20;

Result<void> failed(const std::string& what, int error) {
    return fail(Reason::InternalError, fmt::format("{}: {}", what, std::strerror(error)));
}

std::int64_t availableMemory() {
    const std::string text = readFile("/proc/meminfo").value_or(std::string());
    const std::string key = "MemAvailable:";
    const std::size_t at = text.find(key);
    return at == std::string::npos ? 0 : std::strtoll(text.c_str() + at + key.size(), nullptr, 10) * 1024;
}

} // namespace

NodeBreaker::~NodeBreaker() {
    if (held_ >= 0) ::close(held_);
}

Result<void> NodeBreaker::apply(const nodelink::Faults& faults) {
    std::string problems;
    for (const Result<void>& done :
         {limitProcessors(static_cast<int>(faults.cpu_percent())), fillDisk(faults.disk_full()),
          holdMemory(static_cast<int>(faults.memory_percent()))})
        if (!done) problems += (problems.empty() ? "" : "; ") + done.error().message;
    if (!problems.empty()) return fail(Reason::InternalError, problems);
    return {};
}

Result<void> NodeBreaker::limitProcessors(int percent) {
    std::error_code error;
    if (percent == 0 && !std::filesystem::exists(podsCgroup_ / "cpu.max", error)) return {};
    std::filesystem::create_directories(podsCgroup_, error); // the runtime makes it with the first pod
    const std::int64_t quota = period * ::sysconf(_SC_NPROCESSORS_ONLN) * percent / 100;
    std::ofstream file(podsCgroup_ / "cpu.max");
    file << (percent == 0 ? "max" : std::to_string(std::max(quota, leastQuota))) << " " << period
         << std::flush;
    return file ? Result<void>() : failed("the processors of pods cannot be limited", errno);
}

Result<void> NodeBreaker::fillDisk(bool full) {
    std::error_code error;
    if (!full) {
        std::filesystem::remove(filler_, error);
        return error ? failed("the disk cannot be freed", error.value()) : Result<void>();
    }
    if (std::filesystem::exists(filler_, error)) return {};
    struct statvfs disk {};
    if (::statvfs(filler_.parent_path().c_str(), &disk) != 0)
        return failed("the disk cannot be filled", errno);
    const auto free = static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize);
    if (free <= lastDisk) return {};
    const int file = ::open(filler_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0) return failed("the disk cannot be filled", errno);
    const int made = ::posix_fallocate(file, 0, free - lastDisk);
    ::close(file);
    if (made != 0) std::filesystem::remove(filler_, error);
    return made == 0 ? Result<void>() : failed("the disk cannot be filled", made);
}

Result<void> NodeBreaker::holdMemory(int percent) {
    if (percent == heldPercent_) return {};
    if (held_ >= 0) ::close(std::exchange(held_, -1));
    heldPercent_ = 0;
    const std::int64_t bytes = (availableMemory() - lastMemory) / 100 * percent;
    if (percent == 0 || bytes <= 0) return {};
    held_ = ::memfd_create("fault", MFD_CLOEXEC);
    if (held_ < 0) return failed("memory cannot be taken", errno);
    const int made = ::posix_fallocate(held_, 0, bytes);
    if (made != 0) ::close(std::exchange(held_, -1));
    if (made != 0) return failed("memory cannot be taken", made);
    heldPercent_ = percent;
    return {};
}

} // namespace wheelhouse::agent
