#include "cri_convert.h"

#include <array>
#include <fmt/format.h>

namespace wheelhouse::agent {

namespace {

/// What the kernel shows in /proc and /sys that a container has no business with, as every kubelet hides it.
constexpr std::array maskedPaths{"/proc/asound",
                                 "/proc/acpi",
                                 "/proc/kcore",
                                 "/proc/keys",
                                 "/proc/latency_stats",
                                 "/proc/timer_list",
                                 "/proc/timer_stats",
                                 "/proc/sched_debug",
                                 "/proc/scsi",
                                 "/sys/firmware",
                                 "/sys/devices/virtual/powercap"};
constexpr std::array readOnlyPaths{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};

std::string at(const google::protobuf::Map<std::string, std::string>& labels, const char* key) {
    const auto it = labels.find(key);
    return it == labels.end() ? std::string() : it->second;
}

WallTime fromNanoseconds(std::int64_t nanoseconds) {
    return WallTime(Duration(nanoseconds));
}

cri::NamespaceMode mode(bool host) {
    return host ? cri::NODE : cri::POD;
}

void fillNamespaces(cri::NamespaceOption& options, const SecuritySettings& security) {
    options.set_network(mode(security.hostNetwork));
    options.set_ipc(mode(security.hostIpc));
    options.set_pid(security.hostPid ? cri::NODE : security.shareProcesses ? cri::POD : cri::CONTAINER);
}

} // namespace

std::filesystem::path podLogFolder(const CriOptions& options, const PodId& pod) {
    return options.logFolder / fmt::format("{}_{}_{}", pod.nameSpace, pod.name, pod.uid.value());
}

cri::PodSandboxConfig sandboxConfig(const CriOptions& options, const SandboxSpec& spec) {
    cri::PodSandboxConfig config;
    config.mutable_metadata()->set_name(spec.pod.name);
    config.mutable_metadata()->set_namespace_(spec.pod.nameSpace);
    config.mutable_metadata()->set_uid(spec.pod.uid.value());
    config.mutable_metadata()->set_attempt(spec.attempt);
    if (!spec.security.hostNetwork) config.set_hostname(spec.hostname);
    config.set_log_directory(podLogFolder(options, spec.pod).string());
    if (!spec.dnsServers.empty() || !spec.dnsSearches.empty() || !spec.dnsOptions.empty()) {
        for (const std::string& server : spec.dnsServers)
            config.mutable_dns_config()->add_servers(server);
        for (const std::string& search : spec.dnsSearches)
            config.mutable_dns_config()->add_searches(search);
        for (const std::string& option : spec.dnsOptions)
            config.mutable_dns_config()->add_options(option);
    }
    for (const PortMapping& port : spec.ports) {
        cri::PortMapping& mapping = *config.add_port_mappings();
        mapping.set_protocol(port.protocol == "UDP"    ? cri::UDP
                             : port.protocol == "SCTP" ? cri::SCTP
                                                       : cri::TCP);
        mapping.set_container_port(port.containerPort);
        mapping.set_host_port(port.hostPort);
        mapping.set_host_ip(port.hostIp);
    }
    auto& labels = *config.mutable_labels();
    for (const auto& [key, value] : spec.labels)
        labels[key] = value;
    labels[podNameLabel] = spec.pod.name;
    labels[podNamespaceLabel] = spec.pod.nameSpace;
    labels[podUidLabel] = spec.pod.uid.value();
    for (const auto& [key, value] : spec.annotations)
        (*config.mutable_annotations())[key] = value;
    const std::string quality = spec.qosClass == "Guaranteed"  ? ""
                                : spec.qosClass == "Burstable" ? "/burstable"
                                                               : "/besteffort";
    config.mutable_linux()->set_cgroup_parent(
        fmt::format("{}{}/pod{}", options.cgroupRoot, quality, spec.pod.uid.value()));
    for (const auto& [key, value] : spec.sysctls)
        (*config.mutable_linux()->mutable_sysctls())[key] = value;
    cri::LinuxSandboxSecurityContext& security = *config.mutable_linux()->mutable_security_context();
    fillNamespaces(*security.mutable_namespace_options(), spec.security);
    security.set_privileged(spec.security.privileged);
    security.mutable_seccomp()->set_profile_type(cri::SecurityProfile::Unconfined);
    return config;
}

cri::LinuxContainerResources containerResources(const LinuxResources& from) {
    cri::LinuxContainerResources resources;
    resources.set_cpu_shares(from.cpuShares);
    resources.set_cpu_quota(from.cpuQuota);
    resources.set_cpu_period(from.cpuPeriod);
    resources.set_memory_limit_in_bytes(from.memoryLimit);
    resources.set_oom_score_adj(from.oomScoreAdjust);
    return resources;
}

cri::ContainerConfig containerConfig(const SandboxSpec& sandbox, const ContainerSpec& spec) {
    cri::ContainerConfig config;
    config.mutable_metadata()->set_name(spec.name);
    config.mutable_metadata()->set_attempt(spec.attempt);
    config.mutable_image()->set_image(spec.imageId.empty() ? spec.image : spec.imageId);
    for (const std::string& word : spec.command)
        config.add_command(word);
    for (const std::string& word : spec.args)
        config.add_args(word);
    config.set_working_dir(spec.workingDir);
    for (const auto& [key, value] : spec.env) {
        cri::KeyValue& variable = *config.add_envs();
        variable.set_key(key);
        variable.set_value(value);
    }
    for (const Mount& mount : spec.mounts) {
        cri::Mount& made = *config.add_mounts();
        made.set_container_path(mount.containerPath);
        made.set_host_path(mount.hostPath);
        made.set_readonly(mount.readOnly);
        made.set_propagation(mount.propagation == "Bidirectional"     ? cri::PROPAGATION_BIDIRECTIONAL
                             : mount.propagation == "HostToContainer" ? cri::PROPAGATION_HOST_TO_CONTAINER
                                                                      : cri::PROPAGATION_PRIVATE);
    }
    for (const Device& device : spec.devices) {
        cri::Device& made = *config.add_devices();
        made.set_container_path(device.containerPath);
        made.set_host_path(device.hostPath);
        made.set_permissions(device.readOnly ? "r" : "rwm");
    }
    auto& labels = *config.mutable_labels();
    labels[podNameLabel] = sandbox.pod.name;
    labels[podNamespaceLabel] = sandbox.pod.nameSpace;
    labels[podUidLabel] = sandbox.pod.uid.value();
    labels[containerNameLabel] = spec.name;
    config.set_log_path(fmt::format("{}/{}.log", spec.name, spec.attempt));
    config.set_tty(spec.tty);
    config.set_stdin(spec.stdIn);
    *config.mutable_linux()->mutable_resources() = containerResources(spec.resources);
    cri::LinuxContainerSecurityContext& security = *config.mutable_linux()->mutable_security_context();
    fillNamespaces(*security.mutable_namespace_options(), spec.security);
    security.set_privileged(spec.security.privileged);
    security.set_readonly_rootfs(spec.security.readOnlyRoot);
    security.set_no_new_privs(spec.security.noNewPrivileges);
    if (spec.security.runAsUser) security.mutable_run_as_user()->set_value(*spec.security.runAsUser);
    if (spec.security.runAsUser && spec.security.runAsGroup)
        security.mutable_run_as_group()->set_value(*spec.security.runAsGroup);
    for (const std::int64_t group : spec.security.supplementalGroups)
        security.add_supplemental_groups(group);
    for (const std::string& name : spec.security.addCapabilities)
        security.mutable_capabilities()->add_add_capabilities(name);
    for (const std::string& name : spec.security.dropCapabilities)
        security.mutable_capabilities()->add_drop_capabilities(name);
    security.mutable_seccomp()->set_profile_type(cri::SecurityProfile::Unconfined);
    if (!spec.security.privileged) {
        for (const char* path : maskedPaths)
            security.add_masked_paths(path);
        for (const char* path : readOnlyPaths)
            security.add_readonly_paths(path);
    }
    return config;
}

SandboxInfo sandboxInfo(const cri::PodSandbox& sandbox) {
    SandboxInfo info;
    info.id = sandbox.id();
    info.pod = {at(sandbox.labels(), podNamespaceLabel), at(sandbox.labels(), podNameLabel),
                Uid(at(sandbox.labels(), podUidLabel))};
    info.attempt = sandbox.metadata().attempt();
    info.ready = sandbox.state() == cri::SANDBOX_READY;
    info.createdAt = fromNanoseconds(sandbox.created_at());
    return info;
}

ContainerInfo containerInfo(const cri::ContainerStatus& status) {
    ContainerInfo info;
    info.id = status.id();
    info.podUid = Uid(at(status.labels(), podUidLabel));
    info.name = status.metadata().name();
    info.attempt = status.metadata().attempt();
    switch (status.state()) {
    case cri::CONTAINER_CREATED:
        info.state = ContainerInfo::State::Created;
        break;
    case cri::CONTAINER_RUNNING:
        info.state = ContainerInfo::State::Running;
        break;
    case cri::CONTAINER_EXITED:
        info.state = ContainerInfo::State::Exited;
        break;
    default:
        info.state = ContainerInfo::State::Unknown;
        break;
    }
    info.imageId = status.image_ref();
    info.startedAt = fromNanoseconds(status.started_at());
    info.finishedAt = fromNanoseconds(status.finished_at());
    info.exitCode = status.exit_code();
    info.reason = status.reason();
    info.message = status.message();
    return info;
}

} // namespace wheelhouse::agent
