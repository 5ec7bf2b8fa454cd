#pragma once

#include "engine/api/types.h"

#include <fmt/format.h>
#include <string>

namespace wheelhouse::tests {

namespace core = api::core;

/// The settings of a containerd that keeps to `folder`; the CNI plug-ins are in `plugins`.
inline std::string containerdConfig(const std::string& folder, const std::string& plugins) {
    return fmt::format(R"(version = 2
root = "{0}/root"
state = "{0}/run"
disabled_plugins = ["io.containerd.nri.v1.nri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "{0}/containerd.sock"
[ttrpc]
  address = "{0}/ttrpc.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "wheelhouse.dev/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{1}"
    conf_dir = "{0}/cni"
)",
                       folder, plugins);
}

inline core::Pod pod(const std::string& name) {
    core::Pod pod;
    pod.mutable_metadata()->set_name(name);
    pod.mutable_metadata()->set_namespace_("default");
    pod.mutable_metadata()->set_uid("0000-" + name);
    pod.mutable_spec()->set_restartpolicy("Always");
    pod.mutable_spec()->set_terminationgraceperiodseconds(5);
    core::Volume& volume = *pod.mutable_spec()->add_volumes();
    volume.set_name("scratch");
    volume.mutable_volumesource()->mutable_emptydir();
    core::Container& container = *pod.mutable_spec()->add_containers();
    container.set_name("main");
    container.set_image("wheelhouse.dev/demo:1");
    container.set_imagepullpolicy("IfNotPresent");
    auto& mount = *container.add_volumemounts();
    mount.set_name("scratch");
    mount.set_mountpath("/scratch");
    core::Probe& probe = *container.mutable_readinessprobe();
    probe.mutable_handler()->mutable_httpget()->set_path("/readyz");
    probe.mutable_handler()->mutable_httpget()->mutable_port()->set_intval(8080);
    probe.set_periodseconds(1);
    return pod;
}

inline core::Pod toolsPod(const std::string& name) {
    core::Pod tools = pod(name);
    tools.mutable_spec()->mutable_containers(0)->set_image("wheelhouse.dev/tools:1");
    tools.mutable_spec()->mutable_containers(0)->clear_readinessprobe();
    tools.mutable_spec()->set_terminationgraceperiodseconds(1);
    return tools;
}

} // namespace wheelhouse::tests
