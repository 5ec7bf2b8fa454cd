#pragma once

#include "engine/framing/websocket.h"
#include "streams/client_wire.h"
#include "streams/upgrade.h"

#include <functional>
#include <memory>
#include <string_view>

namespace wheelhouse::apiserver {

/// A WebSocket connection on the control executor: whole messages in, messages out; pings are answered and
/// the closing handshake is done here. Destroying it leaves the connection as it is.
class MessageWire final {
  public:
    /// Bytes of one message; larger ones close the connection.
    static constexpr std::size_t maxMessage = 4 * 1024 * 1024;
    struct Events {
        std::function<void(const std::string& data)> onMessage; ///< text or binary
        std::function<void()> onWritable;
        std::function<void()> onClosed; ///< once, last: the connection is over, whoever closed it
    };

    explicit MessageWire(Executor& control) : control_(control), reader_(maxMessage) {}
    ~MessageWire();
    MessageWire(const MessageWire&) = delete;
    MessageWire& operator=(const MessageWire&) = delete;
    /// Answers 101. False when the connection cannot switch; then nothing has been answered.
    bool open(std::shared_ptr<Exchange> exchange, const UpgradeRequest& request, const std::string& protocol,
              Headers more, Events events);

    void send(framing::WebSocketOpcode opcode, std::string_view data);
    bool congested() const { return wire_->congested(); }
    void hold(bool held) { wire_->hold(held); }
    /// Begins the closing handshake; the client gets two seconds for its part.
    void close(framing::WebSocketClose code, std::string_view reason = {});

  private:
    void received(std::string_view bytes);
    void finish();

    Executor& control_;
    std::shared_ptr<ClientWire> wire_;
    framing::WebSocketReader reader_;
    Events events_;
    ScopedTimer closeTimer_;
    bool closing_ = false;
    bool finished_ = false;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::apiserver
