#include "streams/message_exchange.h"

#include "engine/framing/base64.h"
#include "engine/framing/websocket.h"

#include <utility>

namespace wheelhouse::apiserver {

using framing::WebSocketOpcode;

namespace {

/// A client of a one-way stream has little to say.
constexpr std::size_t mostMessage = 64 * 1024;

Bytes frame(WebSocketOpcode opcode, std::string_view data) {
    return std::make_shared<const std::string>(framing::webSocketFrame(opcode, data));
}

/// Answers pings and the closing handshake, on the front's thread.
class Answering final : public Upgraded {
  public:
    explicit Answering(std::weak_ptr<Exchange> exchange)
        : exchange_(std::move(exchange)), reader_(mostMessage) {}
    void received(std::string bytes) override {
        const auto exchange = exchange_.lock();
        if (!exchange) return;
        exchange->taken(bytes.size());
        reader_.feed(bytes);
        for (;;) {
            const auto message = reader_.next();
            if (message && !*message) return;
            if (!message || (*message)->opcode == WebSocketOpcode::Close) {
                const auto code = message ? framing::WebSocketClose::Normal : reader_.closeCode();
                exchange->write(std::make_shared<const std::string>(framing::webSocketCloseFrame(code)));
                return exchange->end();
            }
            if ((*message)->opcode == WebSocketOpcode::Ping)
                exchange->write(frame(WebSocketOpcode::Pong, (*message)->data));
        }
    }
    void writable() override {}

  private:
    std::weak_ptr<Exchange> exchange_;
    framing::WebSocketReader reader_;
};

class MessageExchange final : public Exchange {
  public:
    MessageExchange(std::shared_ptr<Exchange> exchange, UpgradeRequest request, std::string protocol)
        : exchange_(std::move(exchange)), request_(std::move(request)), protocol_(std::move(protocol)) {}

    void respond(std::function<Response()> render) override { exchange_->respond(std::move(render)); }
    void begin(int code, Headers headers) override {
        Headers switching = upgradeHeaders(request_, request_.choose({protocol_}));
        for (auto& [key, value] : headers)
            if (key == "audit-id") switching.emplace_back(key, std::move(value));
        switched_ = exchange_->upgrade(std::move(switching), std::make_shared<Answering>(exchange_));
        if (!switched_) exchange_->begin(code, std::move(headers));
    }
    void write(Bytes chunk) override {
        if (!switched_) return exchange_->write(std::move(chunk));
        if (protocol_ == "base64.binary.k8s.io")
            return exchange_->write(frame(WebSocketOpcode::Text, framing::base64Encode(*chunk)));
        exchange_->write(
            frame(protocol_ == "text" ? WebSocketOpcode::Text : WebSocketOpcode::Binary, *chunk));
    }
    void end() override {
        if (switched_)
            exchange_->write(std::make_shared<const std::string>(
                framing::webSocketCloseFrame(framing::WebSocketClose::Normal)));
        exchange_->end();
    }
    void abort() override { exchange_->abort(); }
    std::size_t pendingBytes() const override { return exchange_->pendingBytes(); }

  private:
    std::shared_ptr<Exchange> exchange_;
    const UpgradeRequest request_;
    const std::string protocol_;
    bool switched_ = false; ///< set by `begin`, before any `write`
};

} // namespace

std::shared_ptr<Exchange> messagesOver(std::shared_ptr<Exchange> exchange, UpgradeRequest request,
                                       std::string protocol) {
    return std::make_shared<MessageExchange>(std::move(exchange), std::move(request), std::move(protocol));
}

} // namespace wheelhouse::apiserver
