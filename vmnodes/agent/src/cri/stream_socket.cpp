#include "stream_socket.h"

#include <algorithm>
#include <boost/asio/write.hpp>
#include <chrono>
#include <fmt/format.h>

namespace wheelhouse::agent {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds connectLimit{10};

} // namespace

void StreamSocket::connect(const std::string& address, std::uint16_t port) {
    const std::string to = fmt::format("{}:{}", address, port);
    error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error) return end(fmt::format("dial tcp {}: not an IP address", to));
    timer_.expires_after(connectLimit);
    timer_.async_wait([self = shared_from_this(), to](error_code stopped) {
        if (!stopped && !self->connected_) self->end(fmt::format("dial tcp {}: i/o timeout", to));
    });
    socket_.async_connect({ip, port}, [self = shared_from_this(), to](error_code failed) {
        if (self->closed_) return;
        self->timer_.cancel();
        if (failed) {
            std::string why = failed.message();
            std::transform(why.begin(), why.begin() + 1, why.begin(),
                           [](unsigned char c) { return std::tolower(c); });
            return self->end(fmt::format("dial tcp {}: connect: {}", to, why));
        }
        self->connected_ = true;
        error_code ignored;
        self->socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
        if (self->events_.onConnected) self->events_.onConnected();
        self->write();
        self->read();
    });
}

void StreamSocket::send(std::string bytes, std::size_t input) {
    if (closed_ || finishing_) return;
    queue_.emplace_back(std::move(bytes), input);
    write();
}

void StreamSocket::finishSending() {
    finishing_ = true;
    write();
}

void StreamSocket::write() {
    if (closed_ || writing_ || !connected_) return;
    if (queue_.empty()) {
        error_code ignored;
        if (finishing_) socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
        return;
    }
    writing_ = true;
    asio::async_write(socket_, asio::buffer(queue_.front().first),
                      [self = shared_from_this()](error_code error, std::size_t) {
                          self->writing_ = false;
                          if (self->closed_) return;
                          const std::size_t input = self->queue_.front().second;
                          self->queue_.pop_front();
                          // Whoever does not listen any more may still have something to say.
                          if (error) self->queue_.clear();
                          if (input > 0 && self->events_.onSent) self->events_.onSent(input);
                          if (!self->closed_) self->write();
                      });
}

void StreamSocket::read() {
    if (closed_ || reading_ || !connected_) return;
    const std::size_t most = std::min(events_.mayRead(), buffer_.size());
    if (most == 0) return;
    reading_ = true;
    socket_.async_read_some(asio::buffer(buffer_.data(), most),
                            [self = shared_from_this()](error_code error, std::size_t bytes) {
                                self->reading_ = false;
                                if (self->closed_) return;
                                if (error == asio::error::eof) return self->end({});
                                if (error) return self->end(error.message());
                                self->events_.onBytes(std::string_view(self->buffer_).substr(0, bytes));
                                self->read();
                            });
}

void StreamSocket::end(const std::string& why) {
    if (closed_) return;
    const auto onEnd = events_.onEnd;
    close();
    if (onEnd) onEnd(why);
}

void StreamSocket::close() {
    if (std::exchange(closed_, true)) return;
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
    // Not events_ itself: this may run inside one of them.
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->events_ = {}; });
}

} // namespace wheelhouse::agent
