#pragma once

#include "engine/base/executor.h"
#include "vmnodes/agent/runtime.h"

#include <filesystem>
#include <memory>
#include <string>

namespace wheelhouse::agent {

/// Where things are on a real node.
struct CriOptions {
    std::string socket = "/run/containerd/containerd.sock";
    std::filesystem::path stateFolder = "/var/lib/wheelhouse-agent"; ///< volumes of pods
    std::filesystem::path logFolder = "/var/log/pods";
    std::filesystem::path cniFolder = "/etc/cni/net.d";
    std::string nodeName;
    std::string zone;
    std::string dnsAddress; ///< where the cluster's names are served to pods; empty = nowhere
    std::string clusterDomain = "cluster.local";
    std::string internalIp;               ///< empty = the first address of `fabricInterface`
    std::string fabricInterface = "eth1"; ///< the ways to pods elsewhere go through it
    std::string egressInterface =
        "eth0"; ///< pods' traffic to the rest of the world leaves here, under the node's address
    int mtu = 1500;
    std::string cgroupRoot = "/kubepods";
    std::string machineId;
    bool manageNetwork = true; ///< false: write the CNI configuration but no routes, rules or names
    int maxPods = 110;
    std::int64_t memoryReserve = 0; ///< bytes pods cannot have, beside what the node itself needs
    Duration poll =
        std::chrono::seconds(1); ///< how often containers are looked at; containerd 1.6 sends no events
};

/// A node with containerd (through CRI), CNI and the kernel's routes. Lives on `executor`; blocking work
/// (files, small programs, probes) runs on threads of its own.
std::unique_ptr<Runtime> makeCriRuntime(CriOptions options, Executor& executor);

} // namespace wheelhouse::agent
