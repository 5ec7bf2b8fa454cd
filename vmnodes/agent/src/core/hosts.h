#pragma once

#include "engine/api/types.h"

#include <string>

namespace wheelhouse::agent {

/// /etc/hosts of a pod with a network of its own: its name, what its spec adds. `domain` is the cluster's.
std::string hostsFile(const api::core::Pod& pod, const std::string& hostname, const std::string& ip,
                      const std::string& domain);

} // namespace wheelhouse::agent
