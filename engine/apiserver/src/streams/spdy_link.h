#pragma once

#include "streams/message_wire.h"
#include "streams/spdy_wire.h"

#include <functional>
#include <memory>
#include <string>

namespace wheelhouse::apiserver {

/// A SPDY connection with a client, raw or inside the messages of a WebSocket. Control executor; do not
/// destroy it inside its events.
class SpdyLink final {
  public:
    explicit SpdyLink(Executor& control) : control_(control) {}
    ~SpdyLink();
    SpdyLink(const SpdyLink&) = delete;
    SpdyLink& operator=(const SpdyLink&) = delete;

    /// Answers 101. False when the connection cannot switch; then nothing has been answered.
    bool open(std::shared_ptr<Exchange> exchange, const UpgradeRequest& request, const std::string& protocol,
              Headers more, SpdyWire::Events events, std::function<void()> onWritable);
    SpdyWire& wire() { return *wire_; }
    bool congested() const { return raw_ ? raw_->congested() : messages_->congested(); }
    void hold(bool held) { raw_ ? raw_->hold(held) : messages_->hold(held); }

  private:
    Executor& control_;
    std::shared_ptr<ClientWire> raw_;
    std::unique_ptr<MessageWire> messages_;
    std::unique_ptr<SpdyWire> wire_;
};

} // namespace wheelhouse::apiserver
