#pragma once

#include "engine/base/executor.h"
#include "engine/base/status.h"

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace wheelhouse::loadbalancer {

/// A connection of somebody on this computer. On the control executor; destroying it closes it.
class HostSocket {
  public:
    /// Never called inside a function of the socket, nor after it is gone.
    struct Events {
        std::function<void(std::string)> onData; ///< once for each `read`
        std::function<void()> onEnd;             ///< the client sends no more; may still listen
        std::function<void(std::size_t)> onSent; ///< so many more bytes have left
        std::function<void()> onClosed;          ///< once, last
    };
    virtual ~HostSocket() = default;
    virtual void start(Events events) = 0;
    /// Asks for the next bytes, once.
    virtual void read() = 0;
    virtual void write(std::string_view bytes) = 0;
    /// Closes when all has left that was written.
    virtual void finish() = 0;
};

/// Listens while it is there. On the control executor.
class HostListener {
  public:
    virtual ~HostListener() = default;
};

/// Where the computer's own programs come in.
class HostFront {
  public:
    /// `client` is the address it comes from.
    using OnAccept = std::function<void(std::unique_ptr<HostSocket>, const std::string& client)>;
    virtual ~HostFront() = default;
    /// Listens at once. AlreadyExists: somebody else has the port; Forbidden: this user may not have it;
    /// Invalid: that is no loopback address. `accept` is called on the control executor, not after the
    /// listener is gone.
    virtual Result<std::unique_ptr<HostListener>> listen(const std::string& address, std::uint16_t port,
                                                         OnAccept accept) = 0;
};

/// TCP on `io`, heard on `control`; both must outlive it, and `io` must be run. What is open when it goes is
/// closed by those who hold it.
std::unique_ptr<HostFront> openHostFront(boost::asio::io_context& io, Executor& control);

} // namespace wheelhouse::loadbalancer
