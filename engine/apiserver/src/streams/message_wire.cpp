#include "streams/message_wire.h"

namespace wheelhouse::apiserver {

using framing::WebSocketClose;
using framing::WebSocketOpcode;

namespace {

/// A client that goes on sending would be answered with a reset, and might lose the last words; so it gets a
/// moment to answer the close.
constexpr Duration closeTime = std::chrono::seconds(2);

} // namespace

MessageWire::~MessageWire() {
    if (wire_) wire_->detach();
}

bool MessageWire::open(std::shared_ptr<Exchange> exchange, const UpgradeRequest& request,
                       const std::string& protocol, Headers more, Events events) {
    Headers headers = upgradeHeaders(request, protocol);
    headers.insert(headers.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    events_ = std::move(events);
    wire_ = ClientWire::open(control_, std::move(exchange), std::move(headers),
                             {.onBytes = [this](const std::string& bytes) { received(bytes); },
                              .onWritable =
                                  [this] {
                                      if (!closing_ && events_.onWritable) events_.onWritable();
                                  }});
    return wire_ != nullptr;
}

void MessageWire::send(WebSocketOpcode opcode, std::string_view data) {
    if (!closing_) wire_->write(framing::webSocketFrame(opcode, data));
}

void MessageWire::close(WebSocketClose code, std::string_view reason) {
    if (closing_) return;
    closing_ = true;
    wire_->write(framing::webSocketCloseFrame(code, reason));
    wire_->hold(false);
    closeTimer_.start(control_, closeTime, [this] { finish(); });
}

void MessageWire::finish() {
    if (std::exchange(finished_, true)) return;
    closing_ = true;
    closeTimer_.stop();
    wire_->end();
    if (const auto onClosed = std::exchange(events_, {}).onClosed) onClosed(); // may destroy this
}

void MessageWire::received(std::string_view bytes) {
    const std::weak_ptr<int> life = life_;
    reader_.feed(bytes);
    while (!finished_) {
        auto message = reader_.next();
        if (!message) {
            close(reader_.closeCode(), message.error().message);
            return finish();
        }
        if (!*message) return;
        switch ((*message)->opcode) {
        case WebSocketOpcode::Ping:
            if (!closing_) wire_->write(framing::webSocketFrame(WebSocketOpcode::Pong, (*message)->data));
            break;
        case WebSocketOpcode::Pong:
            break;
        case WebSocketOpcode::Close:
            close(WebSocketClose::Normal);
            return finish();
        default:
            if (!closing_ && events_.onMessage) events_.onMessage((*message)->data);
            if (life.expired()) return;
        }
    }
}

} // namespace wheelhouse::apiserver
