#pragma once

#include "vmnodes/network/network_objects.h"

#include <map>
#include <string>

namespace wheelhouse::network {

/// The environment variables by which containers find services: those of the API, and with `links` those of
/// every service in the pod's namespace that has an address. By name.
std::map<std::string, std::string> serviceVariables(const NetworkObjects& objects,
                                                    const std::string& nameSpace, bool links);

} // namespace wheelhouse::network
