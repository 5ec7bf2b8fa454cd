#include "attached_disks.h"

#include "engine/base/files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wheelhouse::agent {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t lookedAt = std::size_t{1} << 20;
constexpr std::size_t superBlock = 1024;
constexpr Duration repairLimit = std::chrono::minutes(5);
/// The header of the page of a SCSI disk that holds its serial number.
constexpr std::size_t serialPageHeader = 4;

tl::unexpected<Status> systemError(const std::string& what) {
    return fail(Reason::InternalError, fmt::format("{}: {}", what, std::strerror(errno)));
}

std::string trimmed(std::string text) {
    const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\0'; };
    while (!text.empty() && blank(text.back()))
        text.pop_back();
    text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), blank));
    return text;
}

std::uint32_t little32(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;)
        value = value << 8U | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

struct DiskStart {
    std::string bytes;
    std::int64_t size = 0;
};

Result<DiskStart> readStart(const std::string& device) {
    const int descriptor = ::open(device.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return systemError("cannot read " + device);
    DiskStart start;
    start.size = ::lseek(descriptor, 0, SEEK_END);
    start.bytes.resize(lookedAt);
    const ssize_t got = ::pread(descriptor, start.bytes.data(), lookedAt, 0);
    ::close(descriptor);
    if (got < 0 || start.size < 0) return systemError("cannot read " + device);
    start.bytes.resize(static_cast<std::size_t>(got));
    return start;
}

bool isMounted(const fs::path& path) {
    struct stat here {};
    struct stat above {};
    return ::stat(path.c_str(), &here) == 0 && ::stat(path.parent_path().c_str(), &above) == 0 &&
           here.st_dev != above.st_dev;
}

bool isName(const std::string& text) {
    return !text.empty() && text.find('/') == std::string::npos && !text.starts_with('.');
}

} // namespace

std::int64_t ext4Size(const std::string& start) {
    if (contentOf(start) != DiskContent::Ext4) return 0;
    const std::int64_t blocks = little32(start, superBlock + 4);
    return blocks << (10 + little32(start, superBlock + 24));
}

Result<void> giveToGroup(const fs::path& root, std::int64_t group) {
    struct stat now {};
    const auto id = static_cast<gid_t>(group);
    if (::stat(root.c_str(), &now) != 0) return systemError("cannot look at " + root.string());
    const mode_t shared = S_ISGID | S_IRWXG;
    if (now.st_gid == id && (now.st_mode & shared) == shared) return {};
    const auto give = [id](const fs::path& path) {
        struct stat found {};
        if (::lstat(path.c_str(), &found) != 0 || ::lchown(path.c_str(), static_cast<uid_t>(-1), id) != 0)
            return false;
        if (S_ISLNK(found.st_mode)) return true;
        const bool runs = S_ISDIR(found.st_mode) || (found.st_mode & S_IXUSR) != 0;
        const mode_t more =
            S_IRGRP | S_IWGRP | (runs ? S_IXGRP : 0U) | (S_ISDIR(found.st_mode) ? S_ISGID : 0U);
        return ::chmod(path.c_str(), (found.st_mode & 07777U) | more) == 0;
    };
    std::error_code error;
    for (fs::recursive_directory_iterator each(root, error), end; !error && each != end;
         each.increment(error))
        if (!give(each->path())) return systemError("cannot give the group of " + each->path().string());
    // The root last: it says that the rest is done.
    return give(root) ? Result<void>() : systemError("cannot give the group of " + root.string());
}

std::optional<std::string> AttachedDisks::find(const std::string& serial) const {
    std::error_code error;
    for (const fs::directory_entry& disk : fs::directory_iterator(blockDevices_, error)) {
        std::string found;
        if (const auto page = readFile(disk.path() / "device/vpd_pg80");
            page && page->size() > serialPageHeader)
            found = trimmed(page->substr(serialPageHeader));
        else if (const auto plain = readFile(disk.path() / "serial"))
            found = trimmed(*plain);
        if (found == serial) return "/dev/" + disk.path().filename().string();
    }
    return std::nullopt;
}

Result<std::string> AttachedDisks::take(const Uid& pod, const VolumePlan& plan) {
    if (!isName(plan.disk) || !isName(pod.value()))
        return fail(Reason::Invalid, fmt::format("\"{}\" is no disk", plan.disk));
    const auto device = find(plan.disk);
    if (!device)
        return fail(Reason::ServiceUnavailable, fmt::format("volume {} is not attached yet", plan.disk));
    std::error_code error;
    fs::create_directories(notes(plan.disk), error);
    fs::create_directories(mountPoint(plan.disk), error);
    // Noted before it is used: whoever finds the mount later knows whose it is.
    if (auto noted = writeFileAtomically(notes(plan.disk) / pod.value(), ""); !noted)
        return fail(noted.error());
    if (plan.block) return *device;
    if (auto mounted = mount(*device, plan); !mounted) return fail(mounted.error());
    if (plan.group && !plan.readOnly)
        if (auto given = giveToGroup(mountPoint(plan.disk), *plan.group); !given) return fail(given.error());
    return mountPoint(plan.disk).string();
}

Result<void> AttachedDisks::mount(const std::string& device, const VolumePlan& plan) {
    const fs::path point = mountPoint(plan.disk);
    auto start = readStart(device);
    if (!start) return fail(start.error());
    if (start->size < plan.bytes) // the kernel has not heard of it
        return fail(Reason::ServiceUnavailable, fmt::format("volume {} has not grown yet", plan.disk));
    switch (contentOf(start->bytes)) {
    case DiskContent::Other:
        return fail(Reason::Invalid,
                    fmt::format("volume {} holds something that is no ext4 file system; it is left alone",
                                plan.disk));
    case DiskContent::Empty:
    case DiskContent::Begun:
        if (auto made = formatDisk(processes_, device, start->size, folder_ / plan.disk / "image"); !made)
            return made;
        break;
    case DiskContent::Ext4:
        break;
    }
    if (!isMounted(point)) {
        std::vector<std::string> options = plan.mountOptions;
        options.insert(options.begin(), "noatime");
        const std::vector<std::string> command{
            "mount", "-t", "ext4", "-o", fmt::format("{}", fmt::join(options, ",")), device, point.string()};
        if (auto mounted = processes_.run(command); !mounted) {
            // What a power cut left behind.
            const auto mended = processes_.run({"e2fsck", "-p", device}, {}, repairLimit);
            if (auto again = processes_.run(command); !again)
                return fail(Reason::InternalError, mended ? again.error().message : mended.error().message);
        }
    }
    if (const std::int64_t size = ext4Size(start->bytes);
        size > 0 && size + static_cast<std::int64_t>(lookedAt) < start->size)
        if (auto grown = processes_.run({"resize2fs", device}, {}, repairLimit); !grown)
            return fail(grown.error());
    return {};
}

Result<void> AttachedDisks::unmountUnused(const std::string& disk) {
    std::error_code error;
    if (fs::is_directory(notes(disk), error) && !fs::is_empty(notes(disk), error)) return {};
    const fs::path point = mountPoint(disk);
    if (isMounted(point) && ::umount2(point.c_str(), UMOUNT_NOFOLLOW) != 0)
        return systemError(fmt::format("cannot unmount volume {}", disk));
    // Never deletes what is on a disk: these folders are empty, or this fails.
    fs::remove(point, error);
    fs::remove(notes(disk), error);
    fs::remove(folder_ / disk, error);
    return {};
}

Result<void> AttachedDisks::release(const Uid& pod) {
    if (!isName(pod.value())) return fail(Reason::Invalid, "a pod's uid cannot be a path");
    std::error_code error;
    std::vector<std::string> disks;
    for (const fs::directory_entry& disk : fs::directory_iterator(folder_, error))
        if (fs::exists(notes(disk.path().filename().string()), error))
            disks.push_back(disk.path().filename().string());
    Result<void> outcome;
    for (const std::string& disk : disks) {
        fs::remove(notes(disk) / pod.value(), error);
        if (auto done = unmountUnused(disk); !done) {
            outcome = done;
            // It is still this pod's until it is out.
            const auto noted = writeFileAtomically(notes(disk) / pod.value(), "");
            if (!noted) outcome = noted;
        }
    }
    return outcome;
}

} // namespace wheelhouse::agent
