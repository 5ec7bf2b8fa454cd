#pragma once

#include <netinet/in.h>
#include <string>
#include <vector>

namespace wheelhouse::demo {

/// The IPv4 addresses of a host, by /etc/resolv.conf as a pod has it; none when there is no such host.
std::vector<in_addr> resolve(const std::string& host);

} // namespace wheelhouse::demo
