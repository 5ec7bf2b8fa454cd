#include "streams/spdy_wire.h"

#include <algorithm>
#include <utility>

namespace wheelhouse::apiserver {

using framing::SpdyFrame;
using framing::SpdyReset;
using framing::SpdyType;
using framing::SpdyWriter;

namespace {

constexpr Duration closeTime = std::chrono::seconds(2);
constexpr std::uint32_t windowLump = 32 * 1024;
constexpr std::size_t largestData = 32 * 1024;
constexpr std::uint32_t protocolError = 1;

} // namespace

void SpdyWire::received(std::string_view bytes) {
    const std::weak_ptr<int> life = life_;
    reader_.feed(bytes);
    while (!finished_) {
        auto frame = reader_.next();
        if (!frame) return close(protocolError);
        if (!*frame) return;
        take(**frame);
        if (life.expired()) return;
    }
}

void SpdyWire::take(const SpdyFrame& frame) {
    const auto known = streams_.find(frame.stream);
    switch (frame.type) {
    case SpdyType::SynStream:
        return opened(frame);
    case SpdyType::Data:
        if (known == streams_.end() || known->second.theirsDone) {
            // A late frame of a stream that was reset is nothing; of one that never was, a fault.
            if (frame.stream > lastStream_) reset(frame.stream, SpdyReset::InvalidStream);
            return;
        }
        if (closing_) return;
        if (!frame.data.empty()) {
            const std::weak_ptr<int> life = life_;
            events_.onData(frame.stream, frame.data);
            if (life.expired()) return;
            took(frame.stream, frame.data.size());
        }
        break;
    case SpdyType::Reset:
        if (known == streams_.end()) return;
        streams_.erase(known);
        if (!closing_) events_.onReset(frame.stream);
        return;
    case SpdyType::Ping:
        if (frame.value % 2 == 1) carrier_.send(SpdyWriter::ping(frame.value)); // theirs, so it goes back
        return;
    case SpdyType::GoAway:
        return closing_ ? finish() : void();
    default:
        break;
    }
    const auto still = streams_.find(frame.stream);
    if (!frame.fin || still == streams_.end() || still->second.theirsDone) return;
    still->second.theirsDone = true;
    if (still->second.oursDone) streams_.erase(still);
    if (!closing_) events_.onFin(frame.stream);
}

void SpdyWire::opened(const SpdyFrame& frame) {
    if (frame.stream % 2 == 0 || frame.stream <= lastStream_) return close(protocolError);
    lastStream_ = frame.stream;
    if (closing_ || streams_.size() >= maxStreams) return reset(frame.stream, SpdyReset::RefusedStream);
    streams_[frame.stream].theirsDone = frame.fin;
    carrier_.send(writer_.synReply(frame.stream, {}));
    const std::weak_ptr<int> life = life_;
    const bool accepted = events_.onStream(frame.stream, frame);
    if (life.expired()) return;
    if (!accepted) return reset(frame.stream, SpdyReset::RefusedStream);
    if (frame.fin && streams_.contains(frame.stream)) events_.onFin(frame.stream);
}

void SpdyWire::took(std::uint32_t id, std::size_t bytes) {
    const auto stream = streams_.find(id);
    if (stream == streams_.end()) return;
    stream->second.unsaid += static_cast<std::uint32_t>(bytes);
    if (stream->second.unsaid < windowLump) return;
    carrier_.send(SpdyWriter::windowUpdate(id, std::exchange(stream->second.unsaid, 0)));
}

void SpdyWire::data(std::uint32_t stream, std::string_view bytes) {
    const auto known = streams_.find(stream);
    if (known == streams_.end() || known->second.oursDone || closing_) return;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), largestData)))
        carrier_.send(SpdyWriter::data(stream, bytes.substr(0, largestData)));
}

void SpdyWire::fin(std::uint32_t stream) {
    const auto known = streams_.find(stream);
    if (known == streams_.end() || known->second.oursDone || closing_) return;
    known->second.oursDone = true;
    carrier_.send(SpdyWriter::data(stream, {}, true));
    if (known->second.theirsDone) streams_.erase(known);
}

void SpdyWire::reset(std::uint32_t stream, SpdyReset why) {
    streams_.erase(stream);
    carrier_.send(SpdyWriter::reset(stream, why));
}

void SpdyWire::close(std::uint32_t status) {
    if (closing_) return;
    closing_ = true;
    carrier_.send(SpdyWriter::goAway(lastStream_, status));
    if (status != 0) return finish();
    closeTimer_.start(control_, closeTime, [this] { finish(); });
}

void SpdyWire::lost() {
    if (std::exchange(finished_, true)) return;
    closing_ = true;
    closeTimer_.stop();
    if (const auto onClosed = std::exchange(events_, {}).onClosed) onClosed(); // may destroy this
}

void SpdyWire::finish() {
    if (std::exchange(finished_, true)) return;
    closeTimer_.stop();
    carrier_.finish();
    if (const auto onClosed = std::exchange(events_, {}).onClosed) onClosed(); // may destroy this
}

} // namespace wheelhouse::apiserver
