#include "streams/spdy_link.h"

#include <utility>

namespace wheelhouse::apiserver {

using framing::WebSocketClose;
using framing::WebSocketOpcode;

SpdyLink::~SpdyLink() {
    if (raw_) raw_->detach();
}

bool SpdyLink::open(std::shared_ptr<Exchange> exchange, const UpgradeRequest& request,
                    const std::string& protocol, Headers more, SpdyWire::Events events,
                    std::function<void()> onWritable) {
    if (request.to == UpgradeRequest::To::Spdy) {
        wire_ = std::make_unique<SpdyWire>(
            control_,
            SpdyCarrier{[this](std::string bytes) { raw_->write(std::move(bytes)); },
                        [this] { raw_->end(); }},
            std::move(events));
        Headers headers = upgradeHeaders(request, protocol);
        headers.insert(headers.end(), std::make_move_iterator(more.begin()),
                       std::make_move_iterator(more.end()));
        raw_ = ClientWire::open(control_, std::move(exchange), std::move(headers),
                                {.onBytes = [this](const std::string& bytes) { wire_->received(bytes); },
                                 .onWritable = std::move(onWritable)});
        return raw_ != nullptr;
    }
    messages_ = std::make_unique<MessageWire>(control_);
    wire_ = std::make_unique<SpdyWire>(
        control_,
        SpdyCarrier{[this](const std::string& bytes) { messages_->send(WebSocketOpcode::Binary, bytes); },
                    [this] { messages_->close(WebSocketClose::Normal); }},
        std::move(events));
    return messages_->open(std::move(exchange), request, protocol, std::move(more),
                           {.onMessage = [this](const std::string& bytes) { wire_->received(bytes); },
                            .onWritable = std::move(onWritable),
                            .onClosed = [this] { wire_->lost(); }});
}

} // namespace wheelhouse::apiserver
