#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace wheelhouse::scheduler {

/// "0/5 nodes are available: 2 Insufficient cpu, 3 node(s) had untolerated taint(s)."
std::string noneAvailable(std::size_t nodes, const std::map<std::string, std::size_t>& reasons);

} // namespace wheelhouse::scheduler
