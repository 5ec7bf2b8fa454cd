#include "prober.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cctype>
#include <charconv>
#include <chrono>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace wheelhouse::agent {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t statusLine = 12; ///< "HTTP/1.1 200": the rest of the answer says nothing more

/// "connection refused": as the other end of a link would say it.
std::string textOf(const error_code& error) {
    std::string text = error.message();
    std::transform(text.begin(), text.begin() + 1, text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// One question. Everything happens on the thread of its io_context.
class Question final : public std::enable_shared_from_this<Question> {
  public:
    Question(asio::io_context& io, ProbeTarget target, std::function<void(ProbeAnswer)> done)
        : socket_(io), timer_(io), target_(std::move(target)), done_(std::move(done)),
          peer_(fmt::format("{}:{}", target_.host, target_.port)) {}

    void ask(Duration timeout) {
        error_code error;
        const auto ip =
            asio::ip::make_address(target_.host == "localhost" ? "127.0.0.1" : target_.host, error);
        if (error) return answer(false, fmt::format("dial tcp {}: not an IP address", peer_));
        if (timeout > Duration::zero()) {
            timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(timeout));
            timer_.async_wait([self = shared_from_this()](error_code stopped) {
                if (!stopped) self->late();
            });
        }
        socket_.async_connect({ip, static_cast<std::uint16_t>(target_.port)},
                              [self = shared_from_this()](error_code failed) { self->connected(failed); });
    }

  private:
    void late() {
        answer(false, request_.empty() ? fmt::format("dial tcp {}: i/o timeout", peer_)
                                       : get("context deadline exceeded"));
    }

    std::string get(const std::string& what) const {
        return fmt::format("Get \"{}://{}{}\": {}", target_.https ? "https" : "http", host_, target_.path,
                           what);
    }

    void connected(const error_code& failed) {
        if (!done_) return;
        if (failed) return answer(false, fmt::format("dial tcp {}: {}", peer_, textOf(failed)));
        if (target_.kind == ProbeTarget::Kind::Tcp) return answer(true, "");
        host_ = peer_;
        std::string extra;
        for (const auto& [name, value] : target_.headers) {
            if (name == "Host")
                host_ = value;
            else
                extra += name + ": " + value + "\r\n";
        }
        request_ = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}/1.35\r\n"
                               "Accept: */*\r\nConnection: close\r\n{}\r\n",
                               target_.path, host_, target_.hook ? "kube-lifecycle" : "kube-probe", extra);
        target_.https ? shakeHands() : send();
    }

    /// Whoever answers there is meant: nobody asks for a certificate's name or who has signed it.
    void shakeHands() {
        tlsContext_.emplace(asio::ssl::context::tls_client);
        tls_.emplace(socket_, *tlsContext_);
        tls_->async_handshake(asio::ssl::stream_base::client, [self = shared_from_this()](error_code error) {
            if (!self->done_) return;
            if (error) return self->answer(false, self->get(textOf(error)));
            self->send();
        });
    }

    void send() {
        const auto sent = [self = shared_from_this()](error_code error, std::size_t) {
            if (!self->done_) return;
            if (error) return self->answer(false, self->get(textOf(error)));
            self->read();
        };
        if (tls_)
            asio::async_write(*tls_, asio::buffer(request_), sent);
        else
            asio::async_write(socket_, asio::buffer(request_), sent);
    }

    void read() {
        const auto got = [self = shared_from_this()](error_code error, std::size_t bytes) {
            if (!self->done_) return;
            if (error == asio::error::eof) return self->answer(false, self->get("EOF"));
            if (error) return self->answer(false, self->get(textOf(error)));
            self->line_.append(self->buffer_.data(), bytes);
            return self->line_.size() < statusLine ? self->read() : self->judge();
        };
        if (tls_)
            tls_->async_read_some(asio::buffer(buffer_), got);
        else
            socket_.async_read_some(asio::buffer(buffer_), got);
    }

    void judge() {
        int code = 0;
        if (line_.starts_with("HTTP/1.")) std::from_chars(line_.data() + 9, line_.data() + statusLine, code);
        if (code > 0 && (target_.hook || (code >= 200 && code < 400))) return answer(true, "ok");
        answer(false, fmt::format("HTTP probe failed with statuscode: {}", code));
    }

    void answer(bool ok, std::string text) {
        if (!done_) return;
        timer_.cancel();
        error_code ignored;
        socket_.close(ignored);
        std::exchange(done_, nullptr)({ok, std::move(text)});
    }

    asio::ip::tcp::socket socket_;
    std::optional<asio::ssl::context> tlsContext_;
    std::optional<asio::ssl::stream<asio::ip::tcp::socket&>> tls_; ///< over the socket, for HTTPS
    asio::steady_timer timer_;
    ProbeTarget target_;
    std::function<void(ProbeAnswer)> done_; ///< null once it has been answered
    std::string peer_;
    std::string host_; ///< as the request names it
    std::string request_;
    std::string line_;
    std::array<char, 256> buffer_{};
};

} // namespace

void askNetwork(asio::io_context& io, const ProbeTarget& target, Duration timeout,
                std::function<void(ProbeAnswer)> done) {
    asio::post(io, [question = std::make_shared<Question>(io, target, std::move(done)), timeout] {
        question->ask(timeout);
    });
}

} // namespace wheelhouse::agent
