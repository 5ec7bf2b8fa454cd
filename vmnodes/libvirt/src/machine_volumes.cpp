// What a machine does about volumes. Kept apart from its life for reading's sake.
#include "domain_xml.h"
#include "engine/base/log.h"
#include "machine.h"
#include "processes.h"

#include <algorithm>
#include <fmt/format.h>
#include <thread>

namespace wheelhouse::libvirt {
namespace {

constexpr int looks = 100;
constexpr auto betweenLooks = std::chrono::milliseconds(50);

} // namespace

void Machine::attachVolume(const std::string& handle, Done done) {
    post([this, handle, done = std::move(done)] { done(take(handle)); });
}

void Machine::detachVolume(const std::string& handle, Done done) {
    post([this, handle, done = std::move(done)] { done(letGo(handle)); });
}

void Machine::growVolume(const machines::VolumeSpec& volume, Done done) {
    post([this, volume, done = std::move(done)] {
        const auto& opened = shared_.hypervisor.get();
        const bool runs = opened && (*opened)->find(record_.uuid);
        if (!runs && processLives()) return done(fail(Reason::ServiceUnavailable, "the machine is starting"));
        done(runs ? (*opened)->resizeDisk(record_.uuid, shared_.volumes.path(volume.handle), volume.bytes)
                  : shared_.volumes.make(volume));
    });
}

bool Machine::holds(const std::string& handle) const {
    return std::find(record_.volumes.begin(), record_.volumes.end(), handle) != record_.volumes.end();
}

Result<void> Machine::take(const std::string& handle) {
    if (record_.uuid.empty()) return fail(Reason::NotFound, fmt::format("there is no machine {} yet", name_));
    if (auto taken = shared_.volumes.take(handle, name_); !taken) return taken;
    if (!holds(handle)) {
        // Written before it is used: whoever finds this machine later knows what it may write to.
        record_.volumes.push_back(handle);
        if (auto written = folder_.write(record_); !written) {
            record_.volumes.pop_back();
            shared_.volumes.release(handle, name_);
            return written;
        }
    }
    const auto& opened = shared_.hypervisor.get();
    if (!opened || !(*opened)->find(record_.uuid)) return {}; // at its next start
    return (*opened)->plugDisk(record_.uuid, shared_.volumes.path(handle), handle);
}

bool Machine::processLives() const {
    return pidOf(folder_.path().string(), record_.uuid) != 0;
}

/// A process that libvirt no longer knows could still write.
Result<void> Machine::endProcess() {
    const std::string folder = folder_.path().string();
    for (int look = 0; look < looks; ++look) {
        const pid_t pid = pidOf(folder, record_.uuid);
        if (pid == 0) return {};
        if (look == 0) killQemu(pid, folder, record_.uuid);
        std::this_thread::sleep_for(betweenLooks);
    }
    return fail(Reason::InternalError, fmt::format("the process of {} does not end", name_));
}

Result<void> Machine::letGo(const std::string& handle) {
    if (!holds(handle)) {
        shared_.volumes.release(handle, name_);
        return {};
    }
    const auto& opened = shared_.hypervisor.get();
    const bool runs = opened && (*opened)->find(record_.uuid);
    auto gone = runs ? (*opened)->unplugDisk(record_.uuid, handle) : endProcess();
    if (!gone) return gone;
    std::vector<std::string> before = record_.volumes;
    std::erase(record_.volumes, handle);
    if (auto written = folder_.write(record_); !written) {
        record_.volumes = std::move(before);
        return written;
    }
    shared_.volumes.release(handle, name_);
    return {};
}

void Machine::forgetVolumes() {
    for (const std::string& handle : std::exchange(record_.volumes, {}))
        shared_.volumes.release(handle, name_);
}

/// After an adoption: what was written down and not plugged yet when the program ended.
void Machine::plugVolumes(Hypervisor& hypervisor) {
    for (const std::string& handle : record_.volumes)
        if (const auto plugged = hypervisor.plugDisk(record_.uuid, shared_.volumes.path(handle), handle);
            !plugged)
            log::warning("libvirt", "{}: volume {}: {}", name_, handle, plugged.error().message);
}

std::vector<VolumeDisk> Machine::volumeDisks() const {
    std::vector<VolumeDisk> disks;
    for (const std::string& handle : record_.volumes)
        disks.push_back({shared_.volumes.path(handle), handle});
    return disks;
}

} // namespace wheelhouse::libvirt
