#pragma once

#include "engine/base/executor.h"
#include "engine/framing/spdy.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace wheelhouse::apiserver {

/// What carries a SPDY connection: a raw connection, or the messages of a WebSocket.
struct SpdyCarrier {
    std::function<void(std::string bytes)> send;
    std::function<void()> finish; ///< nothing more is sent
};

/// The server's side of a SPDY/3.1 connection whose streams the client opens. Control executor. Malformed
/// frames end the connection with GOAWAY.
class SpdyWire final {
  public:
    struct Events {
        /// A new stream; false refuses it.
        std::function<bool(std::uint32_t stream, const framing::SpdyFrame& head)> onStream;
        std::function<void(std::uint32_t stream, std::string_view bytes)> onData;
        std::function<void(std::uint32_t stream)> onFin;   ///< the client sends no more on it
        std::function<void(std::uint32_t stream)> onReset; ///< the client has given it up
        std::function<void()> onClosed;                    ///< once, last: the connection is over
    };
    /// Streams a client may have open.
    static constexpr std::size_t maxStreams = 256;

    SpdyWire(Executor& control, SpdyCarrier carrier, Events events)
        : control_(control), carrier_(std::move(carrier)), events_(std::move(events)) {}

    void received(std::string_view bytes);
    void data(std::uint32_t stream, std::string_view bytes);
    void fin(std::uint32_t stream);
    void reset(std::uint32_t stream, framing::SpdyReset why);
    /// GOAWAY, and two seconds for the client to leave.
    void close(std::uint32_t status = 0);
    /// What carries it is gone.
    void lost();

  private:
    struct Stream {
        bool theirsDone = false;
        bool oursDone = false;
        std::uint32_t unsaid = 0; ///< bytes taken and not yet given back as window
    };
    void take(const framing::SpdyFrame& frame);
    void opened(const framing::SpdyFrame& frame);
    void took(std::uint32_t id, std::size_t bytes);
    void finish();

    Executor& control_;
    SpdyCarrier carrier_;
    Events events_;
    framing::SpdyReader reader_;
    framing::SpdyWriter writer_;
    std::map<std::uint32_t, Stream> streams_;
    std::uint32_t lastStream_ = 0;
    ScopedTimer closeTimer_;
    bool closing_ = false;
    bool finished_ = false;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::apiserver
