#include "local_host.h"

#include "engine/base/files.h"
#include "paths.h"
#include "vmnodes/image/image_builder.h"
#include "vmnodes/libvirt/host_report.h"

#include <algorithm>
#include <charconv>
#include <pwd.h>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace wheelhouse::app {
namespace {

image::ImageOptions imageOptions() {
    return image::defaultOptions(programDirectory() / "wheelhouse");
}

QString text(const std::string& bytes) {
    return QString::fromStdString(bytes);
}

/// The number at the start of a text; -1 where there is none, as in "max".
std::int64_t numberIn(const std::string& bytes) {
    std::int64_t value = -1;
    std::from_chars(bytes.data(), bytes.data() + bytes.size(), value);
    return value;
}

std::string contentOf(const char* path) {
    return readFile(path).value_or(std::string());
}

std::string userName() {
    const passwd* entry = ::getpwuid(::geteuid());
    return entry != nullptr ? entry->pw_name : "$USER";
}

void addMachines(ui::HostFacts& facts) {
    const libvirt::HostReport report = libvirt::inspectHost();
    using Kvm = ui::HostFacts::Kvm;
    facts.virtualisation = text(report.virtualisation);
    facts.kvm = report.accelerator.kvm                    ? Kvm::Works
                : report.kvmDevice && report.kvmPermitted ? Kvm::Broken
                : report.kvmDevice                        ? Kvm::NoPermission
                : report.virtualisation.empty()           ? Kvm::NoProcessor
                                                          : Kvm::NoDevice;
    facts.kvmReason = text(report.accelerator.reason);
    facts.qemu = report.qemu;
    facts.driver = report.driver;
}

void addImage(ui::HostFacts& facts) {
    const auto cached = image::findCached(imageOptions());
    facts.image = cached.has_value();
    if (cached) {
        facts.imagePlace = text(cached->base.parent_path().string());
        return;
    }
    facts.imagePlace = text((cacheDirectory() / "images").string());
    if (cached.error().reason != Reason::NotFound) facts.imageProblem = text(cached.error().message);
    for (const std::string& package : image::missingPackages())
        facts.imagePackages << text(package);
}

ui::HostFacts factsOf(const std::filesystem::path& dataDirectory) {
    ui::HostFacts facts;
    facts.user = text(userName());
    addMachines(facts);
    addImage(facts);
    const Memory memory = memoryOf(contentOf("/proc/meminfo"), contentOf("/sys/fs/cgroup/memory.max"),
                                   contentOf("/sys/fs/cgroup/memory.current"));
    facts.memory = memory.total;
    facts.memoryFree = memory.available;
    facts.processors = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    std::error_code error;
    const auto space = std::filesystem::space(dataDirectory, error);
    facts.diskFree = error ? 0 : static_cast<std::int64_t>(space.available);
    facts.diskPlace = text(dataDirectory.string());
    return facts;
}

} // namespace

Memory memoryOf(const std::string& meminfo, const std::string& limit, const std::string& used) {
    Memory out;
    std::istringstream lines(meminfo);
    for (std::string name, line; lines >> name && std::getline(lines >> std::ws, line);) {
        if (name == "MemTotal:") out.total = std::max<std::int64_t>(0, numberIn(line)) << 10;
        if (name == "MemAvailable:") out.available = std::max<std::int64_t>(0, numberIn(line)) << 10;
    }
    const std::int64_t most = numberIn(limit);
    if (most <= 0) return out;
    out.total = std::min(out.total, most);
    out.available =
        std::min(out.available, std::max<std::int64_t>(0, most - std::max<std::int64_t>(0, numberIn(used))));
    return out;
}

LocalHost::LocalHost(Executor& answers, std::filesystem::path dataDirectory)
    : answers_(answers), dataDirectory_(std::move(dataDirectory)) {}

LocalHost::~LocalHost() {
    cancel_ = true;
}

void LocalHost::look(std::function<void(ui::HostFacts)> looked) {
    looks_.post([this, looked = std::move(looked)] {
        answers_.post([looked, facts = factsOf(dataDirectory_)] { looked(facts); });
    });
}

void LocalHost::buildImage(std::function<void(QString, double)> progress, std::function<void(QString)> done) {
    cancel_ = false;
    builds_.post([this, progress = std::move(progress), done = std::move(done)] {
        const auto tell = [&](const image::Progress& now) {
            answers_.post(
                [progress, step = text(now.step), fraction = now.fraction] { progress(step, fraction); });
        };
        const auto built = image::buildOrReuse(imageOptions(), tell, &cancel_);
        answers_.post([done, problem = built ? QString() : text(built.error().message)] { done(problem); });
    });
}

void LocalHost::cancelBuild() {
    cancel_ = true;
}

} // namespace wheelhouse::app
