#pragma once

#include "vmnodes/agent/runtime.h"

#include <string>

namespace wheelhouse::simulated {

/// The annotation simulated.wheelhouse.dev/<what>: the container's own (`<what>.<container>`) before its
/// pod's; empty when there is neither.
inline std::string annotation(const agent::ContainerSpec& spec, const std::string& what) {
    const std::string key = "simulated.wheelhouse.dev/" + what;
    if (const auto own = spec.annotations.find(key + "." + spec.name); own != spec.annotations.end())
        return own->second;
    const auto all = spec.annotations.find(key);
    return all == spec.annotations.end() ? std::string() : all->second;
}

} // namespace wheelhouse::simulated
