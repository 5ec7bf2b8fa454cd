#pragma once

#include "vmnodes/agent/runtime.h"

#include <boost/asio/io_context.hpp>
#include <functional>

namespace wheelhouse::agent {

/// Asks over HTTP or HTTPS (any 2xx or 3xx answer is good, for a hook any answer) or by opening a TCP
/// connection. Returns at once; `done` is called once, on the thread of `io`, or never when that ends first.
void askNetwork(boost::asio::io_context& io, const ProbeTarget& target, Duration timeout,
                std::function<void(ProbeAnswer)> done);

} // namespace wheelhouse::agent
