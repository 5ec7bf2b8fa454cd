#pragma once

#include "cri.pb.h"
#include "vmnodes/agent/cri_runtime.h"
#include "vmnodes/agent/runtime.h"

#include <filesystem>
#include <string>

namespace wheelhouse::agent {

namespace cri = ::runtime::v1;

// Labels by which every kubelet finds its own again; other tools (crictl) look for them too.
inline constexpr auto podNameLabel = "io.kubernetes.pod.name";
inline constexpr auto podNamespaceLabel = "io.kubernetes.pod.namespace";
inline constexpr auto podUidLabel = "io.kubernetes.pod.uid";
inline constexpr auto containerNameLabel = "io.kubernetes.container.name";

/// <logs>/<namespace>_<name>_<uid>, below which each container has a folder with one file for each attempt.
std::filesystem::path podLogFolder(const CriOptions& options, const PodId& pod);

cri::PodSandboxConfig sandboxConfig(const CriOptions& options, const SandboxSpec& spec);
cri::LinuxContainerResources containerResources(const LinuxResources& from);
cri::ContainerConfig containerConfig(const SandboxSpec& sandbox, const ContainerSpec& spec);
SandboxInfo sandboxInfo(const cri::PodSandbox& sandbox);
ContainerInfo containerInfo(const cri::ContainerStatus& status);

} // namespace wheelhouse::agent
