#pragma once

#include <cstdint>
#include <string>

namespace wheelhouse::demo {

/// Answers HTTP on `port` (0 = any free one, said on standard output) of all addresses, or of the loopback
/// alone, until SIGTERM or SIGINT. Returns the exit code.
int serve(std::uint16_t port, bool loopbackOnly);
/// GETs an http:// address and prints the body; tries `retries` more times, a second apart. 0 = a 2xx answer.
int fetch(const std::string& url, int retries);

} // namespace wheelhouse::demo
