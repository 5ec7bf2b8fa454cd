#pragma once

#include <string>

namespace bench {

/// Puts one value of 1 KiB into the etcd at `address` and reads it linearizably `count` times by `clients` at
/// once, `runs` times over; reads a second, the median. 0, with a line on standard error, when etcd does not
/// do it.
double etcdReadsPerSecond(const std::string& address, int count, int clients, int runs);

} // namespace bench
