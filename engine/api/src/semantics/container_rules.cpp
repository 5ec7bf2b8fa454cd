#include "semantics/pod_part_rules.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

enum class Role { Main, Init, Ephemeral };

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\n\r");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\n\r") - first + 1);
}

void validatePorts(const core::Container& container, bool hostNetwork, std::set<std::string>& hostPorts,
                   const Path& path, Problems& problems) {
    std::set<std::string> names;
    for (int i = 0; i < container.ports_size(); ++i) {
        const core::ContainerPort& port = container.ports(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        if (!port.name().empty()) {
            const Complaints complaints = portName(port.name());
            problems.invalid(at.child("name"), port.name(), complaints);
            if (complaints.empty() && !names.insert(port.name()).second) {
                problems.duplicate(at.child("name"), port.name());
            }
        }
        if (port.containerport() == 0) {
            problems.required(at.child("containerPort"));
        } else {
            problems.port(at.child("containerPort"), port.containerport());
        }
        if (port.hostport() != 0) problems.port(at.child("hostPort"), port.hostport());
        problems.oneOf(at.child("protocol"), port.protocol(), protocols());
        if (!port.hostip().empty())
            problems.invalid(at.child("hostIP"), port.hostip(), ipAddress(port.hostip()));
        if (hostNetwork && port.hostport() != port.containerport()) {
            problems.invalid(at.child("containerPort"), port.containerport(),
                             "must match `hostPort` when `hostNetwork` is true");
        }
        if (port.hostport() == 0) continue;
        const std::string key = fmt::format("{}/{}/{}", port.protocol(), port.hostip(), port.hostport());
        if (!hostPorts.insert(key).second) problems.duplicate(at.child("hostPort"), key);
    }
}

void validateMounts(const core::Container& container, const std::set<std::string>& volumes, const Path& path,
                    Problems& problems) {
    std::set<std::string> mountPaths;
    for (int i = 0; i < container.volumemounts_size(); ++i) {
        const core::VolumeMount& mount = container.volumemounts(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        if (mount.name().empty()) problems.required(at.child("name"));
        if (!volumes.contains(mount.name())) problems.notFound(at.child("name"), mount.name());
        if (mount.mountpath().empty()) problems.required(at.child("mountPath"));
        if (!mountPaths.insert(mount.mountpath()).second) {
            problems.invalid(at.child("mountPath"), mount.mountpath(), "must be unique");
        }
        if (!mount.subpath().empty()) {
            problems.invalid(at.child("subPath"), mount.subpath(), relativePath(mount.subpath()));
        }
        if (!mount.subpathexpr().empty()) {
            if (!mount.subpath().empty()) {
                problems.invalid(at.child("subPathExpr"), mount.subpathexpr(),
                                 "subPathExpr and subPath are mutually exclusive");
            }
            problems.invalid(at.child("subPathExpr"), mount.subpathexpr(), relativePath(mount.subpathexpr()));
        }
    }
}

void validateSecurity(const core::SecurityContext& security, const Path& path, Problems& problems) {
    constexpr std::int64_t maxId = 2147483647;
    if (security.runasuser() < 0 || security.runasuser() > maxId) {
        problems.invalid(path.child("runAsUser"), security.runasuser(),
                         "must be between 0 and 2147483647, inclusive");
    }
    if (security.runasgroup() < 0 || security.runasgroup() > maxId) {
        problems.invalid(path.child("runAsGroup"), security.runasgroup(),
                         "must be between 0 and 2147483647, inclusive");
    }
    if (!security.has_allowprivilegeescalation() || security.allowprivilegeescalation()) return;
    if (security.privileged()) {
        problems.invalidJson(path, "false",
                             "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
    }
    const auto& added = security.capabilities().add();
    if (std::find(added.begin(), added.end(), "CAP_SYS_ADMIN") != added.end()) {
        problems.invalidJson(
            path, "false",
            "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
    }
}

void validateImage(const core::Container& container, const Path& path, Problems& problems) {
    if (container.image().empty()) {
        problems.required(path.child("image"));
    } else if (trimmed(container.image()) != container.image()) {
        problems.invalid(path.child("image"), container.image(),
                         "must not have leading or trailing whitespace");
    }
}

void validateInitOnly(const core::Container& container, const Path& path, Problems& problems) {
    if (container.restartpolicy() == "Always") return;
    constexpr std::string_view why = "may not be set for init containers without restartPolicy=Always";
    if (container.has_lifecycle()) problems.forbidden(path.child("lifecycle"), why);
    if (container.has_livenessprobe()) problems.forbidden(path.child("livenessProbe"), why);
    if (container.has_readinessprobe()) problems.forbidden(path.child("readinessProbe"), why);
    if (container.has_startupprobe()) problems.forbidden(path.child("startupProbe"), why);
}

/// A container that comes to look at a running pod brings nothing the pod would have to wait for or pay for.
void validateEphemeralOnly(const core::Container& container, const Path& path, Problems& problems) {
    constexpr std::string_view why = "cannot be set for an Ephemeral Container";
    if (container.ports_size() > 0) problems.forbidden(path.child("ports"), why);
    if (container.has_resources() && container.resources().ByteSizeLong() > 0)
        problems.forbidden(path.child("resources"), why);
    if (container.has_lifecycle()) problems.forbidden(path.child("lifecycle"), why);
    if (container.has_livenessprobe()) problems.forbidden(path.child("livenessProbe"), why);
    if (container.has_readinessprobe()) problems.forbidden(path.child("readinessProbe"), why);
    if (container.has_startupprobe()) problems.forbidden(path.child("startupProbe"), why);
    if (container.has_restartpolicy()) problems.forbidden(path.child("restartPolicy"), why);
    if (container.resizepolicy_size() > 0) problems.forbidden(path.child("resizePolicy"), why);
    for (int i = 0; i < container.volumemounts_size(); ++i) {
        const core::VolumeMount& mount = container.volumemounts(i);
        const Path at = path.child("volumeMounts").index(static_cast<std::size_t>(i));
        if (!mount.subpath().empty()) problems.forbidden(at.child("subPath"), why);
        if (!mount.subpathexpr().empty()) problems.forbidden(at.child("subPathExpr"), why);
    }
}

struct Seen {
    std::set<std::string> names;
    std::set<std::string> volumes;
};

void validateContainer(const core::Container& container, Role role, bool hostNetwork, Seen& seen,
                       std::set<std::string>& hostPorts, const Path& path, Problems& problems) {
    static const std::vector<std::string> pullPolicies = {"Always", "IfNotPresent", "Never"};
    static const std::vector<std::string> messagePolicies = {"FallbackToLogsOnError", "File"};
    if (container.name().empty()) {
        problems.required(path.child("name"));
    } else {
        problems.invalid(path.child("name"), container.name(), dnsLabel(container.name()));
    }
    if (!container.name().empty() && !seen.names.insert(container.name()).second) {
        problems.duplicate(path.child("name"), container.name());
    }
    validateImage(container, path, problems);
    problems.oneOf(path.child("terminationMessagePolicy"), container.terminationmessagepolicy(),
                   messagePolicies);
    validatePorts(container, hostNetwork, hostPorts, path.child("ports"), problems);
    validateEnvironment(container, path, problems);
    validateMounts(container, seen.volumes, path.child("volumeMounts"), problems);
    problems.oneOf(path.child("imagePullPolicy"), container.imagepullpolicy(), pullPolicies);
    validateResources(container.resources(), path.child("resources"), problems);
    if (container.has_securitycontext()) {
        validateSecurity(container.securitycontext(), path.child("securityContext"), problems);
    }
    if (role == Role::Init) validateInitOnly(container, path, problems);
    if (role == Role::Ephemeral) return validateEphemeralOnly(container, path, problems);
    if (container.has_lifecycle())
        validateLifecycle(container.lifecycle(), path.child("lifecycle"), problems);
    validateProbes(container, path, problems);
}

/// Which signals there are depends on the system.
void validateStopSignal(const core::Container& container, const std::string& system, const Path& path,
                        Problems& problems) {
    static const std::vector<std::string> ofWindows = {"SIGKILL", "SIGTERM"};
    const std::string& signal = container.lifecycle().stopsignal();
    if (signal.empty()) return;
    const Path at = path.child("lifecycle").child("stopSignal");
    if (system.empty())
        problems.forbidden(at, "may not be set for containers with empty `spec.os.name`");
    else if (system == "windows")
        problems.oneOf(at, signal, ofWindows);
}

} // namespace

const std::vector<std::string>& protocols() {
    static const std::vector<std::string> all = {"SCTP", "TCP", "UDP"};
    return all;
}

void validateContainers(const core::PodSpec& spec, const Path& path, Problems& problems) {
    Seen seen;
    for (const core::Volume& volume : spec.volumes())
        seen.volumes.insert(volume.name());
    std::set<std::string> hostPorts;
    if (spec.containers().empty()) problems.required(path.child("containers"));
    for (int i = 0; i < spec.containers_size(); ++i) {
        const Path at = path.child("containers").index(static_cast<std::size_t>(i));
        validateContainer(spec.containers(i), Role::Main, spec.hostnetwork(), seen, hostPorts, at, problems);
        validateStopSignal(spec.containers(i), spec.os().name(), at, problems);
    }
    // Init containers have ended, or belong to the pod, when the others run: they may use the same host
    // ports.
    std::set<std::string> initPorts;
    for (int i = 0; i < spec.initcontainers_size(); ++i) {
        const Path at = path.child("initContainers").index(static_cast<std::size_t>(i));
        validateContainer(spec.initcontainers(i), Role::Init, spec.hostnetwork(), seen, initPorts, at,
                          problems);
        validateStopSignal(spec.initcontainers(i), spec.os().name(), at, problems);
    }
}

void validateEphemeralContainers(const core::PodSpec& spec, const Path& path, Problems& problems) {
    if (spec.ephemeralcontainers().empty()) return;
    Seen seen;
    for (const core::Volume& volume : spec.volumes())
        seen.volumes.insert(volume.name());
    std::set<std::string> targets;
    for (const auto* containers : {&spec.containers(), &spec.initcontainers()})
        for (const core::Container& container : *containers)
            targets.insert(container.name());
    seen.names = targets;
    std::set<std::string> noPorts;
    for (int i = 0; i < spec.ephemeralcontainers_size(); ++i) {
        const core::EphemeralContainer& each = spec.ephemeralcontainers(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        // The same fields under the same numbers, in another message.
        core::Container container;
        container.ParseFromString(each.ephemeralcontainercommon().SerializeAsString());
        validateContainer(container, Role::Ephemeral, false, seen, noPorts, at, problems);
        if (!each.targetcontainername().empty() && !targets.contains(each.targetcontainername()))
            problems.notFound(at.child("targetContainerName"), each.targetcontainername());
    }
}

} // namespace wheelhouse::api::semantics
