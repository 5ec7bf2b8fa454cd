#include "pod_files.h"

#include "engine/base/files.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <set>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wheelhouse::agent {

namespace fs = std::filesystem;

namespace {

/// Beside a disk's folder: what it holds stays although its volume has gone.
constexpr const char* retainSuffix = ".retain";

/// Paths inside a volume come from users: none may lead out of it.
bool safePath(const std::string& path) {
    if (path.empty() || path.front() == '/') return false;
    for (const fs::path& part : fs::path(path))
        if (part == ".." || part.string().starts_with("..")) return false;
    return true;
}

tl::unexpected<Status> systemError(const std::string& what) {
    return fail(Reason::InternalError, fmt::format("{}: {}", what, std::strerror(errno)));
}

Result<std::string> hostPath(const VolumePlan& plan) {
    const std::string& type = plan.hostPathType;
    std::error_code error;
    if (type == "DirectoryOrCreate") fs::create_directories(plan.hostPath, error);
    if (type == "FileOrCreate" && !fs::exists(plan.hostPath, error)) {
        const auto made = writeFileAtomically(plan.hostPath, "");
        if (!made) return fail(made.error());
    }
    const bool directory = fs::is_directory(plan.hostPath, error);
    const bool file = fs::is_regular_file(plan.hostPath, error);
    if ((type == "Directory" && !directory) || (type == "File" && !file) ||
        (type == "Socket" && !fs::is_socket(plan.hostPath, error)))
        return fail(Reason::Invalid,
                    fmt::format("hostPath type check failed: {} is not a {}", plan.hostPath, type));
    if (type.empty() && !fs::exists(plan.hostPath, error)) fs::create_directories(plan.hostPath, error);
    return plan.hostPath;
}

} // namespace

Result<void> writeVolumeFiles(const fs::path& folder, const std::map<std::string, VolumePlan::File>& files) {
    std::error_code error;
    fs::path old;
    if (fs::is_symlink(folder / "..data", error)) old = fs::read_symlink(folder / "..data", error);
    const fs::path fresh = old == "..2" ? "..1" : "..2";
    fs::remove_all(folder / fresh, error);
    std::set<std::string> tops;
    for (const auto& [path, file] : files) {
        if (!safePath(path)) return fail(Reason::Invalid, fmt::format("\"{}\" leaves its volume", path));
        const fs::path target = folder / fresh / path;
        fs::create_directories(target.parent_path(), error);
        if (auto written = writeFileAtomically(target, file.bytes, static_cast<mode_t>(file.mode)); !written)
            return written;
        tops.insert(fs::path(path).begin()->string());
    }
    fs::create_directories(folder / fresh, error);
    fs::remove(folder / "..data_tmp", error);
    fs::create_directory_symlink(fresh, folder / "..data_tmp", error);
    if (error)
        return fail(Reason::InternalError,
                    fmt::format("cannot renew {}: {}", folder.string(), error.message()));
    fs::rename(folder / "..data_tmp", folder / "..data", error);
    if (error)
        return fail(Reason::InternalError,
                    fmt::format("cannot renew {}: {}", folder.string(), error.message()));
    for (const std::string& top : tops)
        if (!fs::is_symlink(folder / top, error))
            fs::create_symlink(fs::path("..data") / top, folder / top, error);
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with("..") && !tops.contains(name)) fs::remove(entry.path(), error);
    }
    if (!old.empty()) fs::remove_all(folder / old, error);
    return {};
}

Result<std::string> PodFiles::makeDisk(const VolumePlan& plan) {
    if (!safePath(plan.disk) || plan.disk.find('/') != std::string::npos || plan.disk.ends_with(retainSuffix))
        return fail(Reason::Invalid, fmt::format("\"{}\" is no disk", plan.disk));
    const fs::path path = disks_ / plan.disk;
    std::error_code error;
    if (fs::is_directory(path, error)) return path.string();
    fs::create_directories(path, error);
    if (error)
        return fail(Reason::InternalError, fmt::format("cannot make {}: {}", path.string(), error.message()));
    ::chmod(path.c_str(), 0777);
    return path.string();
}

Result<void> PodFiles::keepDisks(const std::map<std::string, bool>& disks) {
    std::error_code error;
    if (!fs::is_directory(disks_, error)) return {};
    for (const auto& [handle, retain] : disks) {
        if (!fs::is_directory(disks_ / handle, error)) continue;
        const fs::path note = disks_ / (handle + retainSuffix);
        if (!retain)
            fs::remove(note, error);
        else if (auto written = writeFileAtomically(note, ""); !written)
            return written;
    }
    Result<void> outcome;
    for (const fs::directory_entry& entry : fs::directory_iterator(disks_, error)) {
        const std::string handle = entry.path().filename().string();
        const bool retained = fs::exists(disks_ / (handle + retainSuffix), error);
        if (!entry.is_directory() || disks.contains(handle) || retained) continue;
        std::error_code failure;
        fs::remove_all(entry.path(), failure);
        if (failure)
            outcome = fail(Reason::InternalError,
                           fmt::format("cannot remove {}: {}", entry.path().string(), failure.message()));
    }
    return outcome;
}

Result<std::string> PodFiles::makeOne(const PodId& pod, const VolumePlan& plan) {
    if (plan.kind == VolumePlan::Kind::HostPath) return hostPath(plan);
    if (plan.kind == VolumePlan::Kind::Attached) return attached_.take(pod.uid, plan);
    if (plan.kind == VolumePlan::Kind::Disk) {
        auto disk = makeDisk(plan);
        if (disk && plan.group &&
            ::chown(disk->c_str(), static_cast<uid_t>(-1), static_cast<gid_t>(*plan.group)) != 0)
            return systemError("cannot give the group of volume " + plan.name);
        return disk;
    }
    const fs::path path = root_ / pod.uid.value() / "volumes" / plan.name;
    std::error_code error;
    const bool there = fs::is_directory(path, error);
    fs::create_directories(path, error);
    if (error)
        return fail(Reason::InternalError, fmt::format("cannot make {}: {}", path.string(), error.message()));
    if (plan.kind == VolumePlan::Kind::Memory && !there) {
        const std::string options =
            plan.sizeLimit > 0 ? fmt::format("size={},mode=0777", plan.sizeLimit) : "mode=0777";
        if (::mount("tmpfs", path.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) != 0)
            return systemError("cannot mount memory for volume " + plan.name);
    }
    if (plan.kind == VolumePlan::Kind::Files) {
        if (auto written = writeVolumeFiles(path, plan.files); !written) return fail(written.error());
    } else {
        ::chmod(path.c_str(), 0777);
    }
    if (plan.group && ::chown(path.c_str(), static_cast<uid_t>(-1), static_cast<gid_t>(*plan.group)) != 0)
        return systemError("cannot give the group of volume " + plan.name);
    return path.string();
}

Result<std::map<std::string, std::string>> PodFiles::make(const PodId& pod,
                                                          const std::vector<VolumePlan>& plans) {
    if (!safePath(pod.uid.value())) return fail(Reason::Invalid, "a pod's uid cannot be a path");
    std::map<std::string, std::string> paths;
    for (const VolumePlan& plan : plans) {
        if (!safePath(plan.name))
            return fail(Reason::Invalid, fmt::format("\"{}\" is no volume name", plan.name));
        auto made = makeOne(pod, plan);
        if (!made) return fail(made.error());
        paths[plan.name] = std::move(*made);
    }
    return paths;
}

Result<std::string> PodFiles::writeHosts(const PodId& pod, const std::string& text) {
    if (!safePath(pod.uid.value())) return fail(Reason::Invalid, "a pod's uid cannot be a path");
    const fs::path path = root_ / pod.uid.value() / "etc-hosts";
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (auto written = writeFileAtomically(path, text, 0644); !written) return fail(written.error());
    return path.string();
}

Result<void> PodFiles::removeVolumes(const PodId& pod) {
    if (!safePath(pod.uid.value())) return fail(Reason::Invalid, "a pod's uid cannot be a path");
    const fs::path folder = root_ / pod.uid.value() / "volumes";
    std::error_code error;
    for (const fs::directory_entry& volume : fs::directory_iterator(folder, error))
        ::umount2(volume.path().c_str(), MNT_DETACH | UMOUNT_NOFOLLOW); // fails where nothing is mounted
    fs::remove_all(folder, error);
    if (error)
        return fail(Reason::InternalError,
                    fmt::format("cannot remove {}: {}", folder.string(), error.message()));
    return {};
}

Result<void> PodFiles::remove(const PodId& pod) {
    if (auto removed = removeVolumes(pod); !removed) return removed;
    const fs::path folder = root_ / pod.uid.value();
    std::error_code error;
    fs::remove_all(folder, error);
    if (error)
        return fail(Reason::InternalError,
                    fmt::format("cannot remove {}: {}", folder.string(), error.message()));
    return {};
}

} // namespace wheelhouse::agent
