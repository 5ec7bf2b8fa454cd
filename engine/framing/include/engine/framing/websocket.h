#pragma once

#include "engine/base/status.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wheelhouse::framing {

/// The Sec-WebSocket-Accept that answers a client's Sec-WebSocket-Key.
std::string webSocketAccept(std::string_view key);
/// Whether a Sec-WebSocket-Key is 16 bytes of base64.
bool webSocketKeyIsSane(std::string_view key);

enum class WebSocketOpcode : std::uint8_t {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10
};

/// Codes a connection is closed with (RFC 6455, 7.4.1).
enum class WebSocketClose : std::uint16_t {
    Normal = 1000,
    GoingAway = 1001,
    ProtocolError = 1002,
    BadText = 1007,
    TooBig = 1009,
    InternalError = 1011,
};

/// A whole message, put together from its fragments, or a control frame.
struct WebSocketMessage {
    WebSocketOpcode opcode = WebSocketOpcode::Binary;
    std::string data;
};

/// Which end of a connection somebody is: a client masks its frames, a server does not.
enum class WebSocketEnd { Client, Server };

/// Reads what the end `from` sends. Not thread-safe. After an error it reads nothing more, and `closeCode`
/// says what to close the connection with.
class WebSocketReader {
  public:
    explicit WebSocketReader(std::size_t maxMessageBytes, WebSocketEnd from = WebSocketEnd::Client)
        : maxMessage_(maxMessageBytes), from_(from) {}

    void feed(std::string_view bytes) {
        if (!failed_) buffer_ += bytes;
    }
    /// The next message or control frame; nothing when more bytes are needed.
    Result<std::optional<WebSocketMessage>> next();
    WebSocketClose closeCode() const { return closeCode_; }
    /// Bytes fed and not yet given out.
    std::size_t buffered() const { return buffer_.size() - at_ + message_.size(); }

  private:
    struct Head {
        bool fin = false;
        WebSocketOpcode opcode = WebSocketOpcode::Binary;
        std::uint64_t length = 0;
        std::size_t size = 0; ///< of the head itself, mask included
    };
    Result<std::optional<Head>> head();
    tl::unexpected<Status> broken(WebSocketClose code, std::string why);
    Result<std::optional<WebSocketMessage>> wholeMessage();

    const std::size_t maxMessage_;
    const WebSocketEnd from_;
    std::string buffer_;
    std::size_t at_ = 0; ///< where the next frame begins in buffer_
    std::string message_;
    std::optional<WebSocketOpcode> fragmented_; ///< of the message being put together
    WebSocketClose closeCode_ = WebSocketClose::Normal;
    bool failed_ = false;
};

/// One unmasked frame, as a server sends it.
std::string webSocketFrame(WebSocketOpcode opcode, std::string_view payload);
/// One frame as a client sends it, masked with `mask`.
std::string webSocketClientFrame(WebSocketOpcode opcode, std::string_view payload, std::uint32_t mask);
/// A close frame with a code and a reason, which is cut at 123 bytes.
std::string webSocketCloseFrame(WebSocketClose code, std::string_view reason = {});

} // namespace wheelhouse::framing
