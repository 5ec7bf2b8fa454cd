#include "log_streams.h"

#include <algorithm>
#include <utility>

namespace wheelhouse::agent {

namespace {

constexpr std::size_t chunk = 32 * 1024;

} // namespace

void LogStreams::open(std::uint64_t id, const std::string& containerId,
                      Result<std::unique_ptr<LogSource>> source) {
    if (!source) return end(id, source.error().message);
    auto stream = std::make_shared<Stream>();
    stream->containerId = containerId;
    stream->source = std::move(*source);
    streams_[id] = std::move(stream);
    pump(id);
}

void LogStreams::credit(std::uint64_t id, std::uint32_t bytes) {
    const auto it = streams_.find(id);
    if (it == streams_.end()) return;
    it->second->credit += bytes;
    pump(id);
}

void LogStreams::containerEnded(const std::string& containerId) {
    for (const auto& [id, stream] : streams_)
        if (stream->containerId == containerId) stream->source->containerEnded();
}

void LogStreams::pump(std::uint64_t id) {
    const auto it = streams_.find(id);
    if (it == streams_.end() || it->second->reading || it->second->credit <= 0) return;
    Stream& stream = *it->second;
    stream.reading = true;
    const std::size_t most = std::min(chunk, static_cast<std::size_t>(stream.credit));
    stream.source->read(most, [this, id, weak = std::weak_ptr(it->second)](Result<LogSource::Chunk> read) {
        const std::shared_ptr<Stream> open = weak.lock();
        if (!open) return;
        open->reading = false;
        if (!read) return end(id, read.error().message);
        if (!read->bytes.empty()) {
            open->credit -= static_cast<std::int64_t>(read->bytes.size());
            nodelink::FromAgent message;
            message.mutable_stream_data()->set_stream(id);
            message.mutable_stream_data()->set_data(std::move(read->bytes));
            send_(std::move(message));
        }
        if (read->end) return end(id, "");
        pump(id);
    });
}

void LogStreams::end(std::uint64_t id, const std::string& error) {
    streams_.erase(id);
    nodelink::FromAgent message;
    message.mutable_stream_end()->set_stream(id);
    message.mutable_stream_end()->set_error(error);
    send_(std::move(message));
}

} // namespace wheelhouse::agent
