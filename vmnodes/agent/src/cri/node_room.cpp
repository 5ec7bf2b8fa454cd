#include "node_room.h"

#include "engine/base/files.h"

#include <algorithm>
#include <cstdlib>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <tuple>
#include <utility>

namespace wheelhouse::agent {

namespace fs = std::filesystem;

namespace {

std::int64_t numberIn(const fs::path& file) {
    return std::strtoll(readFile(file).value_or(std::string()).c_str(), nullptr, 10);
}

std::int64_t memoryBytes(const std::string& info, const std::string& what) {
    const std::size_t at = info.find(what + ":");
    return at == std::string::npos ? 0
                                   : std::strtoll(info.c_str() + at + what.size() + 1, nullptr, 10) * 1024;
}

FileSystemRoom fileSystemRoom(const fs::path& folder) {
    struct statvfs disk {};
    if (::statvfs(folder.c_str(), &disk) != 0) return {};
    const auto block = static_cast<std::int64_t>(disk.f_frsize);
    return {static_cast<std::int64_t>(disk.f_blocks) * block,
            static_cast<std::int64_t>(disk.f_bavail) * block, static_cast<std::int64_t>(disk.f_files),
            static_cast<std::int64_t>(disk.f_favail)};
}

bool sameFileSystem(const fs::path& one, const fs::path& two) {
    struct stat first {};
    struct stat second {};
    return ::stat(one.c_str(), &first) != 0 || ::stat(two.c_str(), &second) != 0 ||
           first.st_dev == second.st_dev;
}

/// The kernel's limit on all processes and threads together.
std::pair<std::int64_t, std::int64_t> processes() {
    const std::int64_t most =
        std::min(numberIn("/proc/sys/kernel/pid_max"), numberIn("/proc/sys/kernel/threads-max"));
    const std::string load =
        readFile("/proc/loadavg").value_or(std::string()); // "0.0 0.0 0.0 RUNNING/ALL LAST"
    const std::size_t slash = load.find('/');
    if (most <= 0 || slash == std::string::npos) return {0, 0};
    return {most, most - std::strtoll(load.c_str() + slash + 1, nullptr, 10)};
}

/// What a folder takes, without what is mounted in it or, where it belongs to another file system than
/// `home`, without anything.
void addFolder(const fs::path& folder, const struct stat& home, PodShare& share) {
    struct stat top {};
    if (::lstat(folder.c_str(), &top) != 0 || top.st_dev != home.st_dev) return;
    share.diskBytes += static_cast<std::int64_t>(top.st_blocks) * 512;
    ++share.inodes;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        struct stat entry {};
        if (::lstat(it->path().c_str(), &entry) != 0) continue;
        if (entry.st_dev != top.st_dev) {
            it.disable_recursion_pending();
            continue;
        }
        share.diskBytes += static_cast<std::int64_t>(entry.st_blocks) * 512;
        ++share.inodes;
    }
}

/// The same, and what each folder in it takes alone, by name.
template <class Note>
void addFolders(const fs::path& folder, PodShare& share, Note note) {
    struct stat home {};
    if (::lstat(folder.c_str(), &home) != 0) return;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
        const std::int64_t before = share.diskBytes;
        addFolder(entry.path(), home, share);
        note(entry.path().filename().string(), share.diskBytes - before);
    }
}

PodId podOfLogs(const std::string& folder) {
    const std::size_t first = folder.find('_');
    const std::size_t last = folder.rfind('_');
    if (first == std::string::npos || first == last) return {};
    return {folder.substr(0, first), folder.substr(first + 1, last - first - 1),
            Uid(folder.substr(last + 1))};
}

} // namespace

Result<NodeRoom> nodeRoom(const fs::path& node, const fs::path& images) {
    NodeRoom room;
    const std::string memory = readFile("/proc/meminfo").value_or(std::string());
    room.memory = memoryBytes(memory, "MemTotal");
    room.freeMemory = memoryBytes(memory, "MemAvailable");
    std::error_code error;
    fs::create_directories(node, error);
    room.node = fileSystemRoom(node);
    if (!images.empty()) {
        room.images = fileSystemRoom(images);
        room.imagesApart = !sameFileSystem(node, images);
    }
    std::tie(room.processes, room.freeProcesses) = processes();
    return room;
}

std::vector<PodId> podsWithFiles(const PodFolders& folders) {
    std::map<Uid, PodId> pods;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folders.volumes, error))
        pods[Uid(entry.path().filename().string())] = {{}, {}, Uid(entry.path().filename().string())};
    for (const fs::directory_entry& entry : fs::directory_iterator(folders.logs, error))
        if (const PodId pod = podOfLogs(entry.path().filename().string()); !pod.uid.empty())
            pods[pod.uid] = pod;
    std::vector<PodId> out;
    for (auto& [uid, pod] : pods)
        out.push_back(std::move(pod));
    return out;
}

std::map<Uid, PodShare> podSharesOf(const PodFolders& folders, std::map<Uid, PodShare> written) {
    for (const PodId& pod : podsWithFiles(folders)) {
        PodShare& share = written[pod.uid];
        addFolders(folders.volumes / pod.uid.value() / "volumes", share,
                   [&share](const std::string& name, std::int64_t bytes) { share.volumes[name] = bytes; });
        if (pod.name.empty()) continue;
        addFolders(
            folders.logs / (pod.nameSpace + "_" + pod.name + "_" + pod.uid.value()), share,
            [&share](const std::string& name, std::int64_t bytes) { share.containers[name].logs = bytes; });
    }
    for (auto& [uid, share] : written)
        for (const char* quality : {"", "burstable", "besteffort"})
            share.processes += numberIn(folders.cgroups / quality / ("pod" + uid.value()) / "pids.current");
    return written;
}

} // namespace wheelhouse::agent
