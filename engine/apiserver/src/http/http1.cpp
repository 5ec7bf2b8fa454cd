#include "http/connection.h"

#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>
#include <poll.h>

namespace wheelhouse::apiserver::http {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

namespace {

constexpr std::size_t readSize = 16 * 1024;
constexpr std::size_t writeSize = 64 * 1024;
/// How much of the next requests may wait here while one is answered.
constexpr std::size_t pipelineBytes = 64 * 1024;
/// After an early refusal the rest of the request is read and thrown away, so that the client sees the answer
/// and not a reset; but not for ever.
constexpr std::size_t lingerBytes = 8 * 1024 * 1024;
constexpr std::chrono::milliseconds lingerTime{2'000};

/// HTTP/1.1 on one connection: one request after another, each answered before the next is looked at. It
/// never stops reading for long, because only a read notices that the client has gone.
class Http1 final : public Connection {
  public:
    Http1(std::unique_ptr<Tls> stream, std::shared_ptr<Front> front, std::optional<User> user)
        : Connection(std::move(stream), std::move(front), std::move(user)),
          buffer_(front_->limits.headerBytes + pipelineBytes) {}

    void start() override {
        startTicking();
        expectRequest();
        read();
    }

  private:
    using Parser = bhttp::request_parser<bhttp::string_body>;

    std::shared_ptr<Http1> self() { return std::static_pointer_cast<Http1>(shared_from_this()); }

    void expectRequest();
    void read();
    void onRead(error_code error, std::size_t bytes);
    void parse();
    bool headerDone();
    void requestDone();
    void refuse(Response response);
    void send();
    void onSent(error_code error);
    void answerDone();
    void writeHead(const Head& head);
    bool fill();
    void passInput();
    bool peerLeft();
    void breakOff();

    void onOutput(const std::shared_ptr<HttpExchange>& exchange) override {
        if (exchange != exchange_) return;
        // Also when a write is stuck in a client that does not read.
        if (exchange->aborted()) return breakOff();
        send();
        if (upgraded_) passInput();
    }
    void onStop() override;
    void onTick(Instant now) override;
    void onClose() override;

    std::array<char, readSize> in_;
    beast::flat_buffer buffer_;
    std::optional<Parser> parser_;
    std::optional<BodyBudget> budget_;
    std::shared_ptr<HttpExchange> exchange_; ///< the request being answered
    std::string out_;
    Instant waitingSince_{};
    std::size_t lingered_ = 0;
    bool reading_ = false;
    bool writing_ = false;
    bool headerSeen_ = false;
    bool requestBegun_ = false; ///< bytes of it have come
    bool keepAlive_ = false;
    bool http10_ = false;
    bool chunked_ = false;
    bool headSent_ = false;
    bool answered_ = false;       ///< the last bytes of the answer are in out_
    bool upgraded_ = false;       ///< after a 101: raw bytes both ways, and then the end
    bool refused_ = false;        ///< what is still to come is thrown away
    std::shared_ptr<Http1> held_; ///< itself, while the client's bytes are held back
};

void Http1::expectRequest() {
    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(static_cast<std::uint32_t>(front_->limits.headerBytes));
    parser_->body_limit(front_->limits.bodyBytes);
    budget_.emplace(front_->bodyBytes);
    headerSeen_ = requestBegun_ = headSent_ = answered_ = false;
    waitingSince_ = now();
}

void Http1::read() {
    if (reading_ || closed_) return;
    reading_ = true;
    // Not into buffer_ itself: an answer may end, and the next request be taken from it, before this read
    // does.
    stream_->async_read_some(asio::buffer(in_), [self = self()](error_code error, std::size_t bytes) {
        self->onRead(error, bytes);
    });
}

void Http1::onRead(error_code error, std::size_t bytes) {
    reading_ = false;
    if (closed_) return;
    // The end of what the client sends is taken as its leaving, also where TCP would let it still listen.
    if (error) return close();
    asio::buffer_copy(buffer_.prepare(bytes), asio::buffer(in_, bytes));
    buffer_.commit(bytes);
    if (refused_) {
        lingered_ += buffer_.size();
        buffer_.consume(buffer_.size());
        if (lingered_ > lingerBytes) return close();
        return read();
    }
    if (!exchange_) return parse();
    if (upgraded_) return passInput();
    if (buffer_.size() < pipelineBytes) read();
}

void Http1::parse() {
    if (stopping_ && !requestBegun_ && buffer_.size() == 0) return shutdownAndClose();
    while (!parser_->is_done()) {
        if (buffer_.size() == 0) return read();
        if (!std::exchange(requestBegun_, true)) waitingSince_ = now();
        error_code error;
        const std::size_t used = parser_->put(buffer_.data(), error);
        buffer_.consume(used);
        if (!error && parser_->is_header_done() && !std::exchange(headerSeen_, true) && !headerDone()) return;
        if (error == bhttp::error::header_limit)
            return refuse(statusResponse(Reason::BadRequest, "the request's headers are too large", 0, 431));
        if (error == bhttp::error::body_limit)
            return refuse(statusResponse(
                Reason::RequestEntityTooLarge,
                fmt::format("Request entity too large: limit is {}", front_->limits.bodyBytes)));
        if (error && error != bhttp::error::need_more)
            return refuse(statusResponse(Reason::BadRequest, "malformed HTTP request: " + error.message()));
        if (!budget_->add(used, front_->limits.allBodyBytes))
            return refuse(
                statusResponse(Reason::TooManyRequests, "too much data at once, please try again", 1));
        if (error == bhttp::error::need_more && used == 0) return read();
    }
    requestDone();
}

/// False when the request is refused for its headers.
bool Http1::headerDone() {
    const auto& message = parser_->get();
    // Whoever stands between the client and us might understand another coding and see other requests.
    const auto codings = message.count(bhttp::field::transfer_encoding);
    if (codings > 1 ||
        (codings == 1 &&
         (message.version() < 11 || !beast::iequals(message[bhttp::field::transfer_encoding], "chunked")))) {
        refuse(statusResponse(Reason::BadRequest, "the request's transfer encoding is not supported"));
        return false;
    }
    if (message.version() >= 11 && message.count(bhttp::field::host) != 1) {
        refuse(statusResponse(Reason::BadRequest, "the request must have one Host header"));
        return false;
    }
    if (parser_->is_done() || message.version() < 11 || writing_) return true;
    if (!beast::iequals(message[bhttp::field::expect], "100-continue")) return true;
    // The connection writes nothing else before the request is complete, so this needs no queue.
    writing_ = true;
    out_ = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(*stream_, asio::buffer(out_), [self = self()](error_code error, std::size_t) {
        self->writing_ = false;
        self->out_.clear();
        if (error) return self->close();
        if (self->exchange_) self->send();
    });
    return true;
}

void Http1::requestDone() {
    auto message = parser_->release();
    parser_.reset();
    http10_ = message.version() < 11;
    keepAlive_ = message.keep_alive() && !stopping_;
    Request request;
    request.method = std::string(message.method_string());
    if (!splitTarget({message.target().data(), message.target().size()}, request))
        return refuse(statusResponse(Reason::BadRequest, "the request target must be a path"));
    for (const auto& field : message) {
        std::string name(field.name_string());
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return std::tolower(c); });
        // Only HTTP/1.1 can switch protocols.
        if (http10_ && name == "upgrade") continue;
        request.headers.emplace_back(std::move(name), std::string(field.value()));
    }
    request.body = std::move(message.body());
    request.user = user_;
    request.remoteAddress = address_;
    exchange_ = newExchange(request, 0);
    front_->dispatch(std::move(request), exchange_);
    read();
}

void Http1::refuse(Response response) {
    refused_ = true;
    keepAlive_ = false;
    http10_ = false;
    parser_.reset();
    budget_.reset();
    buffer_.consume(buffer_.size());
    exchange_ = newExchange({}, 0);
    exchange_->respondNow(std::move(response));
    read();
}

void Http1::writeHead(const Head& head) {
    const auto reason = bhttp::obsolete_reason(static_cast<bhttp::status>(head.code));
    out_ += fmt::format("HTTP/1.1 {} {}\r\n", head.code, std::string_view(reason.data(), reason.size()));
    for (const auto& [name, value] : head.headers) {
        out_ += name;
        out_ += ": ";
        // A header never ends early, whatever an object's text put into it.
        std::transform(value.begin(), value.end(), std::back_inserter(out_),
                       [](char c) { return c == '\r' || c == '\n' || c == '\0' ? ' ' : c; });
        out_ += "\r\n";
    }
    upgraded_ = head.code == 101;
    if (upgraded_) {
        keepAlive_ = chunked_ = false;
        out_ += "\r\n";
        headSent_ = true;
        return;
    }
    chunked_ = !head.length && !http10_;
    if (head.length) {
        if (head.code != 204 && head.code != 304) out_ += fmt::format("content-length: {}\r\n", *head.length);
    } else if (chunked_) {
        out_ += "transfer-encoding: chunked\r\n";
    } else {
        keepAlive_ = false;
    }
    if (!keepAlive_)
        out_ += "connection: close\r\n";
    else if (http10_)
        out_ += "connection: keep-alive\r\n";
    out_ += "\r\n";
    headSent_ = true;
}

/// The client's bytes after a switch of protocols, as far as the handler keeps up with them.
void Http1::passInput() {
    if (!exchange_ || answered_) return;
    if (const auto bytes = buffer_.data(); bytes.size() > 0) {
        std::string copy(static_cast<const char*>(bytes.data()), bytes.size());
        buffer_.consume(buffer_.size());
        exchange_->deliver(std::move(copy));
    }
    // While nothing is read nothing else keeps this connection alive.
    held_ = exchange_->wantsInput() ? nullptr : self();
    if (!held_) read();
}

/// Whether the client has gone, as far as that shows without reading.
bool Http1::peerLeft() {
    pollfd socket{stream_->next_layer().native_handle(), POLLRDHUP, 0};
    return ::poll(&socket, 1, 0) > 0;
}

/// Ends an answer that has no rest. Where only the connection's end tells the body's, it is reset, so that
/// the client does not take a part for the whole.
void Http1::breakOff() {
    error_code ignored;
    if (headSent_ && http10_) stream_->next_layer().set_option(asio::socket_base::linger(true, 0), ignored);
    close();
}

/// Puts what there is of the answer into out_. False when the stream broke off.
bool Http1::fill() {
    if (!headSent_) {
        if (auto head = exchange_->takeHead()) writeHead(*head);
        if (!headSent_) return !exchange_->pull(nullptr, 0).aborted;
    }
    // Room for the size line of a chunk, fixed because the size is known only after pulling.
    constexpr std::size_t sizeLine = 10;
    const std::size_t start = out_.size();
    const std::size_t room = std::min(writeSize, exchange_->pendingBytes());
    out_.resize(start + sizeLine + room);
    const auto pulled = exchange_->pull(out_.data() + start + (chunked_ ? sizeLine : 0), room);
    if (pulled.bytes == 0) {
        out_.resize(start);
    } else if (chunked_) {
        const auto line = fmt::format("{:08x}\r\n", pulled.bytes);
        std::copy(line.begin(), line.end(), out_.begin() + static_cast<std::ptrdiff_t>(start));
        out_.resize(start + sizeLine + pulled.bytes);
        out_ += "\r\n";
    } else {
        out_.resize(start + pulled.bytes);
    }
    if (pulled.aborted) return false;
    if (pulled.ended) {
        answered_ = true;
        if (chunked_ && !exchange_->facts().head) out_ += "0\r\n\r\n";
    }
    return true;
}

void Http1::send() {
    if (writing_ || closed_ || !exchange_ || answered_) return;
    if (!fill()) return breakOff();
    if (out_.empty()) {
        if (answered_) answerDone();
        return;
    }
    writing_ = true;
    asio::async_write(*stream_, asio::buffer(out_),
                      [self = self()](error_code error, std::size_t) { self->onSent(error); });
}

void Http1::onSent(error_code error) {
    writing_ = false;
    out_.clear();
    if (closed_) return;
    if (error) return close();
    if (answered_)
        answerDone();
    else
        send();
}

void Http1::answerDone() {
    std::exchange(exchange_, nullptr)->detach();
    held_.reset();
    if (out_.capacity() > 2 * writeSize) out_.shrink_to_fit();
    if (refused_) {
        waitingSince_ = now();
        return;
    }
    if (!keepAlive_ || stopping_) return shutdownAndClose();
    expectRequest();
    parse();
}

void Http1::onStop() {
    if (!exchange_) {
        if (!requestBegun_) shutdownAndClose();
        return;
    }
    keepAlive_ = false;
    exchange_->finishStream();
}

void Http1::onTick(Instant now) {
    if (held_ && peerLeft()) return close();
    if (exchange_) return exchange_->tick(now);
    const auto waited = now - waitingSince_;
    const auto& limits = front_->limits;
    if (refused_) {
        if (waited > lingerTime) close();
    } else if (!requestBegun_) {
        if (waited > limits.idle) shutdownAndClose();
    } else if (!headerSeen_ ? waited > limits.headerRead : waited > limits.bodyRead) {
        refuse(statusResponse(Reason::BadRequest, "the request did not arrive in time", 0, 408));
    }
}

void Http1::onClose() {
    if (auto exchange = std::exchange(exchange_, nullptr)) exchange->detach();
    budget_.reset();
    held_.reset();
}

} // namespace

std::shared_ptr<Connection> makeHttp1(std::unique_ptr<Tls> stream, std::shared_ptr<Front> front,
                                      std::optional<User> user) {
    return std::make_shared<Http1>(std::move(stream), std::move(front), std::move(user));
}

} // namespace wheelhouse::apiserver::http
