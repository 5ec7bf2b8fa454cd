#include "http/connection.h"

#include "engine/base/log.h"

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <nghttp2/nghttp2.h>
#include <unordered_map>

namespace wheelhouse::apiserver::http {

namespace {

constexpr std::size_t readSize = 32 * 1024;
constexpr std::size_t writeSize = 64 * 1024;
constexpr std::int32_t streamWindow = 1024 * 1024;
constexpr std::int32_t connectionWindow = 8 * 1024 * 1024;
/// Empty DATA frames cost us work and the sender nothing (CVE-2019-9518).
constexpr int emptyFrames = 1000;
/// A refused request may go on a little: some clients miss an answer that is followed at once by a reset.
constexpr std::size_t lingerBytes = 32 * 1024 * 1024;
constexpr std::chrono::milliseconds lingerTime{2'000};

std::string_view text(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

/// HTTP/2 on one connection. nghttp2 keeps the protocol; here are requests in, answers out, and the limits.
class Http2 final : public Connection {
  public:
    using Connection::Connection;
    ~Http2() override { nghttp2_session_del(session_); }

    void start() override;

  private:
    struct Stream {
        explicit Stream(std::atomic<std::size_t>& bodies) : budget(bodies) {}
        std::int32_t id = 0;
        Request request;
        std::string target, authority;
        std::size_t headerBytes = 0;
        BodyBudget budget;
        Instant begun{};
        std::optional<Instant> answered; ///< wholly, although the request is not complete
        std::size_t dropped = 0;
        bool headersDone = false;
        bool requestEnded = false; ///< the client has sent all of it
        bool submitted = false;    ///< the answer's headers were given to nghttp2
        std::shared_ptr<HttpExchange> exchange;
    };

    std::shared_ptr<Http2> self() { return std::static_pointer_cast<Http2>(shared_from_this()); }

    bool makeSession();
    static void setCallbacks(nghttp2_session_callbacks* callbacks);
    void read();
    void onRead(error_code error, std::size_t bytes);
    void pump();
    void finish();
    void onSent(error_code error);

    Stream* find(std::int32_t id);
    void onHeader(Stream& stream, std::string_view name, std::string_view value);
    void onHeadersEnd(Stream& stream);
    void onData(Stream& stream, std::string_view data);
    void endEarly(const Stream& stream);
    void onRequestEnd(Stream& stream);
    void onStreamClosed(std::int32_t id);
    void refuse(Stream& stream, Response response);
    void submit(Stream& stream, Head head);
    ssize_t pull(std::int32_t id, std::uint8_t* to, std::size_t size, std::uint32_t* flags);

    void onOutput(const std::shared_ptr<HttpExchange>& exchange) override;
    void onStop() override;
    void onTick(Instant now) override;
    void onClose() override;

    nghttp2_session* session_ = nullptr;
    std::unordered_map<std::int32_t, std::unique_ptr<Stream>> streams_;
    std::array<std::uint8_t, readSize> in_;
    std::string out_;
    Instant lastTraffic_{};
    Instant writingSince_{};
    int emptyFrames_ = 0;
    bool writing_ = false;
    bool inPump_ = false;
    bool ending_ = false; ///< GOAWAY is sent, the rest is flushed
};

void Http2::start() {
    if (!makeSession()) return close();
    lastTraffic_ = now();
    startTicking();
    pump();
    read();
}

bool Http2::makeSession() {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_option* option = nullptr;
    bool made = nghttp2_session_callbacks_new(&callbacks) == 0 && nghttp2_option_new(&option) == 0;
    if (made) {
        setCallbacks(callbacks);
        nghttp2_option_set_stream_reset_rate_limit(option, front_->limits.resetBurst,
                                                   front_->limits.resetRate);
        made = nghttp2_session_server_new2(&session_, callbacks, this, option) == 0;
    }
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    if (!made) return false;
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, front_->limits.streamsPerConnection},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, streamWindow},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(front_->limits.headerBytes)},
    };
    return nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings)) == 0 &&
           nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, connectionWindow) == 0;
}

void Http2::setCallbacks(nghttp2_session_callbacks* callbacks) {
    nghttp2_session_callbacks_set_on_begin_headers_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
            auto& self = *static_cast<Http2*>(user);
            if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
            auto stream = std::make_unique<Stream>(self.front_->bodyBytes);
            stream->id = frame->hd.stream_id;
            stream->begun = self.now();
            self.streams_[frame->hd.stream_id] = std::move(stream);
            return 0;
        });
    nghttp2_session_callbacks_set_on_header_callback(
        callbacks,
        [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t nameSize,
           const std::uint8_t* value, std::size_t valueSize, std::uint8_t, void* user) {
            auto& self = *static_cast<Http2*>(user);
            Stream* stream = self.find(frame->hd.stream_id);
            if (stream && !stream->headersDone)
                self.onHeader(*stream, text(name, nameSize), text(value, valueSize));
            return 0;
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        callbacks, [](nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                      std::size_t size, void* user) {
            auto& self = *static_cast<Http2*>(user);
            if (Stream* stream = self.find(id)) self.onData(*stream, text(data, size));
            return 0;
        });
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        callbacks, [](nghttp2_session* session, const nghttp2_frame* frame, void* user) {
            auto& self = *static_cast<Http2*>(user);
            const bool end = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
            if (frame->hd.type == NGHTTP2_DATA && frame->hd.length == 0 && !end &&
                ++self.emptyFrames_ > emptyFrames)
                return nghttp2_session_terminate_session(session, NGHTTP2_ENHANCE_YOUR_CALM);
            if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
            Stream* stream = self.find(frame->hd.stream_id);
            if (!stream) return 0;
            if (frame->hd.type == NGHTTP2_HEADERS && !stream->headersDone) self.onHeadersEnd(*stream);
            if (end) self.onRequestEnd(*stream);
            return 0;
        });
    nghttp2_session_callbacks_set_on_frame_send_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
            auto& self = *static_cast<Http2*>(user);
            if (frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) return 0;
            if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
            Stream* stream = self.find(frame->hd.stream_id);
            if (stream && !stream->requestEnded) stream->answered = self.now();
            return 0;
        });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        callbacks, [](nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
            static_cast<Http2*>(user)->onStreamClosed(id);
            return 0;
        });
}

Http2::Stream* Http2::find(std::int32_t id) {
    const auto at = streams_.find(id);
    return at == streams_.end() ? nullptr : at->second.get();
}

void Http2::read() {
    stream_->async_read_some(boost::asio::buffer(in_), [self = self()](error_code error, std::size_t bytes) {
        self->onRead(error, bytes);
    });
}

void Http2::onRead(error_code error, std::size_t bytes) {
    if (closed_) return;
    if (error) return close();
    lastTraffic_ = now();
    const auto used = nghttp2_session_mem_recv(session_, in_.data(), bytes);
    if (used < 0) {
        log::debug("http", "HTTP/2 connection ended: {}", nghttp2_strerror(static_cast<int>(used)));
        // What nghttp2 has to say to the client (a GOAWAY) is sent where there is something.
        if (!std::exchange(ending_, true))
            nghttp2_session_terminate_session(session_, NGHTTP2_PROTOCOL_ERROR);
        return pump();
    }
    pump();
    if (!closed_ && !ending_) read();
}

void Http2::pump() {
    if (writing_ || closed_ || inPump_) return;
    if (stopping_ && streams_.empty()) finish();
    inPump_ = true;
    while (out_.size() < writeSize) {
        const std::uint8_t* data = nullptr;
        const auto size = nghttp2_session_mem_send(session_, &data);
        if (size < 0) {
            inPump_ = false;
            return close();
        }
        if (size == 0) break;
        out_.append(text(data, static_cast<std::size_t>(size)));
    }
    inPump_ = false;
    if (out_.empty()) {
        const bool over = !nghttp2_session_want_read(session_) && !nghttp2_session_want_write(session_);
        if (over || ending_) shutdownAndClose();
        return;
    }
    writing_ = true;
    writingSince_ = now();
    asio::async_write(*stream_, asio::buffer(out_),
                      [self = self()](error_code error, std::size_t) { self->onSent(error); });
}

/// Says goodbye; the next pump closes.
void Http2::finish() {
    if (std::exchange(ending_, true)) return;
    nghttp2_session_terminate_session(session_, NGHTTP2_NO_ERROR);
}

void Http2::onSent(error_code error) {
    writing_ = false;
    out_.clear();
    if (closed_) return;
    if (error) return close();
    lastTraffic_ = now();
    pump();
}

void Http2::onHeader(Stream& stream, std::string_view name, std::string_view value) {
    stream.headerBytes += name.size() + value.size() + 32; // RFC 9113, 6.5.2
    if (stream.headerBytes > front_->limits.headerBytes) return;
    if (name == ":method")
        stream.request.method = value;
    else if (name == ":path")
        stream.target = value;
    else if (name == ":authority")
        stream.authority = value;
    else if (!name.starts_with(':'))
        stream.request.headers.emplace_back(name, value);
}

void Http2::onHeadersEnd(Stream& stream) {
    stream.headersDone = true;
    if (stream.headerBytes > front_->limits.headerBytes)
        return refuse(stream,
                      statusResponse(Reason::BadRequest, "the request's headers are too large", 0, 431));
    if (!splitTarget(stream.target, stream.request))
        return refuse(stream, statusResponse(Reason::BadRequest, "the request target must be a path"));
    if (!stream.authority.empty() && stream.request.header("host").empty())
        stream.request.headers.emplace_back("host", std::move(stream.authority));
}

void Http2::onData(Stream& stream, std::string_view data) {
    if (stream.exchange) {
        stream.dropped += data.size();
        if (stream.dropped > lingerBytes) endEarly(stream);
        return;
    }
    if (stream.request.body.size() + data.size() > front_->limits.bodyBytes)
        return refuse(stream, statusResponse(Reason::RequestEntityTooLarge,
                                             fmt::format("Request entity too large: limit is {}",
                                                         front_->limits.bodyBytes)));
    if (!stream.budget.add(data.size(), front_->limits.allBodyBytes))
        return refuse(stream,
                      statusResponse(Reason::TooManyRequests, "too much data at once, please try again", 1));
    stream.request.body.append(data);
}

/// The rest of a request that has its answer is not wanted (RFC 9113, 8.1).
void Http2::endEarly(const Stream& stream) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_NO_ERROR);
}

void Http2::onRequestEnd(Stream& stream) {
    stream.requestEnded = true;
    if (stream.exchange) return;
    stream.request.user = user_;
    stream.request.remoteAddress = address_;
    stream.exchange = newExchange(stream.request, stream.id);
    front_->dispatch(std::move(stream.request), stream.exchange);
}

void Http2::onStreamClosed(std::int32_t id) {
    auto node = streams_.extract(id);
    if (!node.empty() && node.mapped()->exchange) node.mapped()->exchange->detach();
}

void Http2::refuse(Stream& stream, Response response) {
    stream.budget.release();
    stream.request.body = {};
    stream.exchange = newExchange({}, stream.id);
    stream.exchange->respondNow(std::move(response));
}

void Http2::onOutput(const std::shared_ptr<HttpExchange>& exchange) {
    Stream* stream = find(exchange->facts().stream);
    if (!stream || stream->exchange != exchange) return;
    if (exchange->aborted()) {
        // The reset may have to wait behind a client that does not read; the handler need not.
        exchange->detach();
        nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_INTERNAL_ERROR);
    } else if (!stream->submitted) {
        if (auto head = exchange->takeHead()) submit(*stream, std::move(*head));
    } else {
        nghttp2_session_resume_data(session_, stream->id);
    }
    pump();
}

void Http2::submit(Stream& stream, Head head) {
    static constexpr std::array<std::string_view, 5> forbidden{
        "connection", "keep-alive", "transfer-encoding", "upgrade", "content-length"};
    head.headers.insert(head.headers.begin(), {":status", std::to_string(head.code)});
    std::erase_if(head.headers, [](const auto& header) {
        return std::find(forbidden.begin(), forbidden.end(), header.first) != forbidden.end();
    });
    if (head.length && head.code != 204 && head.code != 304)
        head.headers.emplace_back("content-length", std::to_string(*head.length));
    std::vector<nghttp2_nv> values;
    values.reserve(head.headers.size());
    for (auto& [name, value] : head.headers) {
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        std::replace_if(
            value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
        values.push_back({reinterpret_cast<std::uint8_t*>(name.data()),
                          reinterpret_cast<std::uint8_t*>(value.data()), name.size(), value.size(),
                          NGHTTP2_NV_FLAG_NONE});
    }
    nghttp2_data_provider provider{};
    provider.read_callback = [](nghttp2_session*, std::int32_t id, std::uint8_t* to, std::size_t size,
                                std::uint32_t* flags, nghttp2_data_source*,
                                void* user) { return static_cast<Http2*>(user)->pull(id, to, size, flags); };
    const bool empty = head.length && (*head.length == 0 || stream.exchange->facts().head);
    nghttp2_submit_response(session_, stream.id, values.data(), values.size(), empty ? nullptr : &provider);
    stream.submitted = true;
}

ssize_t Http2::pull(std::int32_t id, std::uint8_t* to, std::size_t size, std::uint32_t* flags) {
    Stream* stream = find(id);
    if (!stream || !stream->exchange) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const auto pulled = stream->exchange->pull(reinterpret_cast<char*>(to), size);
    if (pulled.aborted) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    if (pulled.ended)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    else if (pulled.bytes == 0)
        return NGHTTP2_ERR_DEFERRED;
    return static_cast<ssize_t>(pulled.bytes);
}

void Http2::onStop() {
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                          NGHTTP2_NO_ERROR, nullptr, 0);
    for (auto& [id, stream] : streams_)
        if (stream->exchange) stream->exchange->finishStream();
    pump();
}

void Http2::onTick(Instant now) {
    const auto& limits = front_->limits;
    // A peer that takes nothing at all off the wire is gone, or wants to be.
    if (writing_ && now - writingSince_ > (ending_ ? lingerTime : limits.idle)) return close();
    if (streams_.empty()) {
        if (now - lastTraffic_ > limits.idle) finish();
        pump();
        return;
    }
    for (auto& [id, stream] : streams_) {
        if (stream->answered) {
            if (now - *stream->answered > lingerTime) endEarly(*stream);
        } else if (stream->exchange) {
            stream->exchange->tick(now);
        } else if (now - stream->begun > (stream->headersDone ? limits.bodyRead : limits.headerRead)) {
            refuse(*stream, statusResponse(Reason::BadRequest, "the request did not arrive in time", 0, 408));
        }
    }
    pump();
}

void Http2::onClose() {
    auto streams = std::exchange(streams_, {});
    for (auto& [id, stream] : streams)
        if (stream->exchange) stream->exchange->detach();
}

} // namespace

std::shared_ptr<Connection> makeHttp2(std::unique_ptr<Tls> stream, std::shared_ptr<Front> front,
                                      std::optional<User> user) {
    return std::make_shared<Http2>(std::move(stream), std::move(front), std::move(user));
}

} // namespace wheelhouse::apiserver::http
