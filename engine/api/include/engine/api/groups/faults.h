#pragma once

#include "lab_fault_v1alpha1.pb.h"

#include <string>

namespace wheelhouse::api {

namespace lab = ::dev::wheelhouse::lab::v1alpha1;

/// What a fault breaks, in one word: "PowerCut", "Freeze", "SlowCPU", "FullDisk", "MemoryPressure",
/// "LinkCut", "Link", "ContainerKill" or "RegistryDown"; empty when it says nothing.
std::string faultKind(const lab::FaultSpec& spec);

} // namespace wheelhouse::api
