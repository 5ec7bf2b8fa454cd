#pragma once

/// Starts Debian's etcd on loopback over a fresh folder, runs `etcdctl check perf` (1000 clients) against it,
/// stops it. Writes a second, or 0 when etcd cannot be fetched (said on standard error).
double etcdWritesPerSecond();
