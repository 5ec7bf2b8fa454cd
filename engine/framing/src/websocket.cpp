#include "engine/framing/websocket.h"

#include "engine/framing/base64.h"

#include <openssl/sha.h>

namespace wheelhouse::framing {

namespace {

constexpr std::size_t maxControlPayload = 125;

bool isControl(WebSocketOpcode opcode) {
    return static_cast<std::uint8_t>(opcode) >= 8;
}

bool isKnown(std::uint8_t opcode) {
    return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}

void applyMask(std::string& payload, const char* mask) {
    for (std::size_t i = 0; i < payload.size(); ++i)
        payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
}

/// Whether text is UTF-8 without surrogates and overlong forms.
bool isUtf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const int more = lead < 0x80                   ? 0
                         : lead >= 0xC2 && lead < 0xE0 ? 1
                         : lead >= 0xE0 && lead < 0xF0 ? 2
                         : lead >= 0xF0 && lead < 0xF5 ? 3
                                                       : -1;
        if (more < 0 || i + static_cast<std::size_t>(more) >= text.size() + (more == 0 ? 1 : 0)) return false;
        std::uint32_t value = more == 0 ? lead : lead & (0x3FU >> more);
        for (int k = 1; k <= more; ++k) {
            const auto byte = static_cast<unsigned char>(text[i + static_cast<std::size_t>(k)]);
            if ((byte & 0xC0) != 0x80) return false;
            value = (value << 6) | (byte & 0x3FU);
        }
        const bool overlong = (more == 2 && value < 0x800) || (more == 3 && value < 0x10000);
        if (overlong || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return false;
        i += static_cast<std::size_t>(more) + 1;
    }
    return true;
}

} // namespace

std::string webSocketAccept(std::string_view key) {
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
    return base64Encode({reinterpret_cast<const char*>(digest), sizeof digest});
}

bool webSocketKeyIsSane(std::string_view key) {
    const auto bytes = base64Decode(key);
    return bytes && bytes->size() == 16;
}

tl::unexpected<Status> WebSocketReader::broken(WebSocketClose code, std::string why) {
    failed_ = true;
    closeCode_ = code;
    buffer_.clear();
    message_.clear();
    at_ = 0;
    return fail(Reason::BadRequest, std::move(why));
}

Result<std::optional<WebSocketReader::Head>> WebSocketReader::head() {
    const std::string_view in = std::string_view(buffer_).substr(at_);
    if (in.size() < 2) return std::optional<Head>();
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(in[i]); };
    if ((byte(0) & 0x70) != 0) return broken(WebSocketClose::ProtocolError, "a reserved bit is set");
    if (!isKnown(byte(0) & 0x0F)) return broken(WebSocketClose::ProtocolError, "unknown opcode");
    const bool masked = (byte(1) & 0x80) != 0;
    if (masked != (from_ == WebSocketEnd::Client))
        return broken(WebSocketClose::ProtocolError,
                      masked ? "a server's frame must not be masked" : "a client's frame must be masked");
    Head head;
    head.fin = (byte(0) & 0x80) != 0;
    head.opcode = static_cast<WebSocketOpcode>(byte(0) & 0x0F);
    head.length = byte(1) & 0x7F;
    if (isControl(head.opcode) && (!head.fin || head.length > maxControlPayload))
        return broken(WebSocketClose::ProtocolError, "a control frame must be whole and short");
    const std::size_t extra = head.length == 126 ? 2 : head.length == 127 ? 8 : 0;
    head.size = 2 + extra + (masked ? 4 : 0);
    if (in.size() < 2 + extra) return std::optional<Head>();
    if (extra > 0) {
        head.length = 0;
        for (std::size_t i = 0; i < extra; ++i)
            head.length = (head.length << 8) | byte(2 + i);
        if (head.length < (extra == 2 ? 126U : 65536U) || (head.length >> 63) != 0)
            return broken(WebSocketClose::ProtocolError, "a length is not in its shortest form");
    }
    if (!isControl(head.opcode)) {
        if ((head.opcode == WebSocketOpcode::Continuation) != fragmented_.has_value())
            return broken(WebSocketClose::ProtocolError, "fragments out of order");
        if (head.length > maxMessage_ - message_.size())
            return broken(WebSocketClose::TooBig, "a message is too large");
    }
    return std::optional<Head>(head);
}

Result<std::optional<WebSocketMessage>> WebSocketReader::wholeMessage() {
    WebSocketMessage whole{*fragmented_, std::move(message_)};
    message_.clear();
    fragmented_.reset();
    if (whole.opcode == WebSocketOpcode::Text && !isUtf8(whole.data))
        return broken(WebSocketClose::BadText, "a text message is not UTF-8");
    return std::optional(std::move(whole));
}

Result<std::optional<WebSocketMessage>> WebSocketReader::next() {
    while (!failed_) {
        auto head = this->head();
        if (!head) return fail(head.error());
        if (!*head || buffer_.size() - at_ - (*head)->size < (*head)->length ||
            buffer_.size() - at_ < (*head)->size) {
            // What was given out is dropped when it is worth moving the rest.
            if (at_ > 0) buffer_.erase(0, std::exchange(at_, 0));
            return std::optional<WebSocketMessage>();
        }
        const Head& is = **head;
        std::string payload = buffer_.substr(at_ + is.size, is.length);
        if (from_ == WebSocketEnd::Client) applyMask(payload, buffer_.data() + at_ + is.size - 4);
        at_ += is.size + is.length;
        if (isControl(is.opcode)) return std::optional(WebSocketMessage{is.opcode, std::move(payload)});
        if (!fragmented_) fragmented_ = is.opcode;
        if (message_.empty())
            message_ = std::move(payload);
        else
            message_ += payload;
        if (is.fin) return wholeMessage();
    }
    return std::optional<WebSocketMessage>();
}

std::string webSocketFrame(WebSocketOpcode opcode, std::string_view payload) {
    std::string out;
    out.reserve(payload.size() + 10);
    out += static_cast<char>(0x80 | static_cast<std::uint8_t>(opcode));
    const auto bigEndian = [&out](std::uint64_t value, int bytes) {
        for (int i = bytes - 1; i >= 0; --i)
            out += static_cast<char>((value >> (8 * i)) & 0xff);
    };
    if (payload.size() < 126) {
        out += static_cast<char>(payload.size());
    } else if (payload.size() < 65536) {
        out += static_cast<char>(126);
        bigEndian(payload.size(), 2);
    } else {
        out += static_cast<char>(127);
        bigEndian(payload.size(), 8);
    }
    out += payload;
    return out;
}

std::string webSocketClientFrame(WebSocketOpcode opcode, std::string_view payload, std::uint32_t mask) {
    std::string body(payload);
    char bytes[4];
    for (int i = 0; i < 4; ++i)
        bytes[i] = static_cast<char>((mask >> (8 * i)) & 0xff);
    applyMask(body, bytes);
    std::string out = webSocketFrame(opcode, payload);
    out.resize(out.size() - payload.size());
    out[1] = static_cast<char>(out[1] | 0x80);
    return out.append(bytes, sizeof bytes) + body;
}

std::string webSocketCloseFrame(WebSocketClose code, std::string_view reason) {
    const auto number = static_cast<std::uint16_t>(code);
    std::string payload{static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
    payload += reason.substr(0, maxControlPayload - 2);
    return webSocketFrame(WebSocketOpcode::Close, payload);
}

} // namespace wheelhouse::framing
