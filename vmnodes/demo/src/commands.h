#pragma once

#include <cstdint>
#include <string>

namespace wheelhouse::demo {

/// Answers HTTP on `port` (0 = any free one, said on standard output) of all addresses, or of the loopback
/// alone, until SIGTERM or SIGINT. Returns the exit code.
int serve(std::uint16_t port, bool loopbackOnly);
/// GETs an http:// address and prints the body; tries `retries` more times, a second apart. 0 = a 2xx answer.
int fetch(const std::string& url, int retries);
/// GETs an http:// address `count` times, or until SIGTERM or SIGINT when that is 0; says who answers
/// whenever that changes, each failure, and every second how many were asked and how many of them failed. 0 =
/// none failed. Asked so and so often, it says at the end how long answers took.
int ask(const std::string& url, int pauseMilliseconds, int count);
/// Prints the addresses of a host, one a line. 0 = it has some.
int lookup(const std::string& name);

/// Appends a line to a file (of a device: writes it at the beginning) and returns when it is on the disk.
int keep(const std::string& path, const std::string& line);
/// Prints a file, or what was kept on a device.
int show(const std::string& path);
/// Prints how many MiB the file system of a file has in all.
int room(const std::string& path);

} // namespace wheelhouse::demo
