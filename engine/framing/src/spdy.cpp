#include "engine/framing/spdy.h"

#include "spdy_headers.h"

namespace wheelhouse::framing {

namespace {

constexpr std::size_t headSize = 8;
constexpr std::uint32_t idMask = 0x7fffffff;
constexpr std::uint8_t flagFin = 1;
constexpr std::uint8_t flagUnidirectional = 2;
constexpr std::uint16_t version = 3;

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t size = 4) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = (value << 8) | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

void append(std::string& out, std::uint32_t value, int size = 4) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
        out += static_cast<char>((value >> shift) & 0xff);
}

std::string control(SpdyType type, std::uint8_t flags, std::string_view payload) {
    std::string out;
    append(out, 0x80000000U | (std::uint32_t{version} << 16) | static_cast<std::uint16_t>(type));
    out += static_cast<char>(flags);
    append(out, static_cast<std::uint32_t>(payload.size()), 3);
    out += payload;
    return out;
}

std::string numbers(std::initializer_list<std::uint32_t> values) {
    std::string out;
    for (const std::uint32_t value : values)
        append(out, value);
    return out;
}

tl::unexpected<Status> malformed(std::string why) {
    return fail(Reason::BadRequest, "malformed SPDY frame: " + std::move(why));
}

} // namespace

struct SpdyReader::Impl {
    explicit Impl(SpdyLimits limitsIn) : limits(limitsIn), inflater(limitsIn) {}

    const SpdyLimits limits;
    SpdyInflater inflater;
    std::string buffer;
    std::size_t at = 0;
    bool failed = false;

    Result<std::optional<SpdyFrame>> next();
    Result<std::optional<SpdyFrame>> controlFrame(std::uint16_t type, std::uint8_t flags,
                                                  std::string_view payload);
    Result<std::optional<SpdyFrame>> withHeaders(SpdyFrame frame, std::string_view block);
};

Result<std::optional<SpdyFrame>> SpdyReader::Impl::withHeaders(SpdyFrame frame, std::string_view block) {
    auto headers = inflater.read(block);
    if (!headers) return fail(headers.error());
    frame.headers = std::move(*headers);
    return std::optional(std::move(frame));
}

Result<std::optional<SpdyFrame>> SpdyReader::Impl::controlFrame(std::uint16_t type, std::uint8_t flags,
                                                                std::string_view payload) {
    SpdyFrame frame;
    frame.type = static_cast<SpdyType>(type);
    const std::size_t needed = type == 1 || type == 3 || type == 7 || type == 9 ? 8 : 4;
    if (payload.size() < needed + (type == 1 ? 2 : 0)) return malformed("too short");
    frame.stream = number(payload, 0) & idMask;
    frame.fin = (flags & flagFin) != 0;
    switch (frame.type) {
    case SpdyType::SynStream:
        if (frame.stream == 0) return malformed("stream 0");
        frame.associated = number(payload, 4) & idMask;
        frame.unidirectional = (flags & flagUnidirectional) != 0;
        return withHeaders(std::move(frame), payload.substr(10));
    case SpdyType::SynReply:
    case SpdyType::Headers:
        if (frame.stream == 0) return malformed("stream 0");
        return withHeaders(std::move(frame), payload.substr(4));
    case SpdyType::Reset:
    case SpdyType::GoAway:
        frame.value = number(payload, 4);
        break;
    case SpdyType::WindowUpdate:
        frame.value = number(payload, 4) & idMask;
        if (frame.value == 0) return malformed("a window update of nothing");
        break;
    case SpdyType::Ping:
        frame.value = number(payload, 0);
        frame.stream = 0;
        break;
    case SpdyType::Settings:
        if (payload.size() != 4 + 8 * std::size_t{number(payload, 0)}) return malformed("settings");
        frame.stream = 0;
        break;
    case SpdyType::Data:
        return malformed("an unknown type");
    }
    return std::optional(std::move(frame));
}

Result<std::optional<SpdyFrame>> SpdyReader::Impl::next() {
    for (;;) {
        const std::string_view in = std::string_view(buffer).substr(at);
        const auto wait = [this] {
            buffer.erase(0, std::exchange(at, 0));
            return std::optional<SpdyFrame>();
        };
        if (in.size() < headSize) return wait();
        const bool isControl = (number(in, 0) & 0x80000000U) != 0;
        const std::size_t length = number(in, 5, 3);
        // Judged before the payload is waited for: nobody gets to announce what they may not send.
        if (length > (isControl ? limits.headerBytes : limits.frameBytes)) return malformed("too large");
        if (isControl && ((number(in, 0) >> 16) & 0x7fff) != version) return malformed("another version");
        if (in.size() < headSize + length) return wait();
        at += headSize + length;
        const std::string_view payload = in.substr(headSize, length);
        const auto flags = static_cast<std::uint8_t>(in[4]);
        if (!isControl) {
            SpdyFrame frame;
            frame.stream = number(in, 0) & idMask;
            if (frame.stream == 0) return malformed("stream 0");
            frame.fin = (flags & flagFin) != 0;
            frame.data = std::string(payload);
            return std::optional(std::move(frame));
        }
        const auto type = static_cast<std::uint16_t>(number(in, 0) & 0xffff);
        if (type == 0 || type == 5 || type > 9) continue; // from a newer dialect
        return controlFrame(type, flags, payload);
    }
}

SpdyReader::SpdyReader(SpdyLimits limits) : impl_(std::make_unique<Impl>(limits)) {}
SpdyReader::~SpdyReader() = default;

void SpdyReader::feed(std::string_view bytes) {
    if (!impl_->failed) impl_->buffer += bytes;
}

Result<std::optional<SpdyFrame>> SpdyReader::next() {
    if (impl_->failed) return std::optional<SpdyFrame>();
    auto frame = impl_->next();
    if (!frame) {
        impl_->failed = true;
        impl_->buffer.clear();
        impl_->at = 0;
    }
    return frame;
}

std::size_t SpdyReader::buffered() const {
    return impl_->buffer.size() - impl_->at;
}

struct SpdyWriter::Impl {
    SpdyDeflater deflater;
};

SpdyWriter::SpdyWriter() : impl_(std::make_unique<Impl>()) {}
SpdyWriter::~SpdyWriter() = default;

std::string SpdyWriter::synStream(std::uint32_t stream, const SpdyHeaders& headers, bool fin) {
    std::string payload = numbers({stream, 0});
    payload.append(2, '\0'); // priority and slot
    payload += impl_->deflater.write(headers);
    return control(SpdyType::SynStream, fin ? flagFin : 0, payload);
}

std::string SpdyWriter::synReply(std::uint32_t stream, const SpdyHeaders& headers, bool fin) {
    return control(SpdyType::SynReply, fin ? flagFin : 0, numbers({stream}) + impl_->deflater.write(headers));
}

std::string SpdyWriter::headers(std::uint32_t stream, const SpdyHeaders& headers, bool fin) {
    return control(SpdyType::Headers, fin ? flagFin : 0, numbers({stream}) + impl_->deflater.write(headers));
}

std::string SpdyWriter::data(std::uint32_t stream, std::string_view bytes, bool fin) {
    std::string out;
    out.reserve(headSize + bytes.size());
    append(out, stream & idMask);
    out += static_cast<char>(fin ? flagFin : 0);
    append(out, static_cast<std::uint32_t>(bytes.size()), 3);
    out += bytes;
    return out;
}

std::string SpdyWriter::reset(std::uint32_t stream, SpdyReset why) {
    return control(SpdyType::Reset, 0, numbers({stream, static_cast<std::uint32_t>(why)}));
}

std::string SpdyWriter::ping(std::uint32_t id) {
    return control(SpdyType::Ping, 0, numbers({id}));
}

std::string SpdyWriter::goAway(std::uint32_t lastStream, std::uint32_t status) {
    return control(SpdyType::GoAway, 0, numbers({lastStream, status}));
}

std::string SpdyWriter::windowUpdate(std::uint32_t stream, std::uint32_t bytes) {
    return control(SpdyType::WindowUpdate, 0, numbers({stream, bytes}));
}

} // namespace wheelhouse::framing
