// The part of PodWorker that says what its containers are made of.
#include "hosts.h"
#include "pod_worker.h"
#include "resources.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::agent {

namespace core = api::core;

LinuxResources PodWorker::resourcesOf(const core::Container& from) const {
    return linuxResources(from, qosClass_, host_.memoryCapacity());
}

Result<void> PodWorker::showVolumes(const core::Container& from,
                                    const std::map<std::string, std::string>& values,
                                    ContainerSpec& spec) const {
    for (const core::VolumeMount& mount : from.volumemounts()) {
        const auto path = volumePaths_.find(mount.name());
        if (path == volumePaths_.end())
            return fail(Reason::Invalid, fmt::format("volume mount \"{}\" names no volume", mount.name()));
        std::string sub =
            mount.subpath().empty() ? expandReferences(mount.subpathexpr(), values) : mount.subpath();
        if (sub.starts_with('/') || sub == ".." || sub.starts_with("../") ||
            sub.find("/../") != std::string::npos || sub.ends_with("/.."))
            return fail(Reason::Invalid, fmt::format("subPath \"{}\" leaves its volume", sub));
        spec.mounts.push_back({.containerPath = mount.mountpath(),
                               .hostPath = sub.empty() ? path->second : path->second + "/" + sub,
                               .readOnly = mount.readonly() || readOnlyVolumes_.contains(mount.name()),
                               .propagation = mount.mountpropagation()});
    }
    for (const core::VolumeDevice& device : from.volumedevices()) {
        const auto path = volumePaths_.find(device.name());
        if (path == volumePaths_.end())
            return fail(Reason::Invalid, fmt::format("volume device \"{}\" names no volume", device.name()));
        spec.devices.push_back({.containerPath = device.devicepath(),
                                .hostPath = path->second,
                                .readOnly = readOnlyVolumes_.contains(device.name())});
    }
    return {};
}

Result<ContainerSpec> PodWorker::containerSpec(const core::Container& from) {
    ContainerSpec spec;
    spec.name = from.name();
    spec.image = from.image();
    spec.workingDir = from.workingdir();
    spec.tty = from.tty();
    spec.stdIn = from.stdin();
    spec.terminationMessagePath = from.terminationmessagepath();
    spec.terminationMessageFromLog = from.terminationmessagepolicy() == "FallbackToLogsOnError";
    auto environment = makeEnvironment(from, facts(), host_.objects(), host_.network());
    if (!environment) return fail(environment.error());
    spec.env = std::move(*environment);
    const std::map<std::string, std::string> values(spec.env.begin(), spec.env.end());
    for (const std::string& word : from.command())
        spec.command.push_back(expandReferences(word, values));
    for (const std::string& word : from.args())
        spec.args.push_back(expandReferences(word, values));
    if (auto shown = showVolumes(from, values, spec); !shown) return fail(shown.error());
    const bool ownHosts = std::any_of(from.volumemounts().begin(), from.volumemounts().end(),
                                      [](const auto& mount) { return mount.mountpath() == "/etc/hosts"; });
    if (!ownHosts && !hostNetwork())
        spec.hosts = hostsFile(*pod_, hostname(), sandbox_.ip, host_.options().clusterDomain);
    spec.resources = resourcesOf(from);
    for (const auto& [key, value] : pod_->metadata().annotations())
        spec.annotations[key] = value;
    spec.security = security();
    const core::SecurityContext& own = from.securitycontext();
    spec.security.privileged = own.privileged();
    if (own.has_runasuser()) spec.security.runAsUser = own.runasuser();
    if (own.has_runasgroup()) spec.security.runAsGroup = own.runasgroup();
    const bool nonRoot =
        own.has_runasnonroot() ? own.runasnonroot() : pod_->spec().securitycontext().runasnonroot();
    if (nonRoot && spec.security.runAsUser == 0)
        return fail(Reason::Invalid, "container's runAsUser breaks non-root policy");
    spec.security.readOnlyRoot = own.readonlyrootfilesystem();
    spec.security.noNewPrivileges = own.has_allowprivilegeescalation() && !own.allowprivilegeescalation();
    spec.security.addCapabilities.assign(own.capabilities().add().begin(), own.capabilities().add().end());
    spec.security.dropCapabilities.assign(own.capabilities().drop().begin(), own.capabilities().drop().end());
    return spec;
}

} // namespace wheelhouse::agent
