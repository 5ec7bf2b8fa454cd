#pragma once

#include "http/exchange.h"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

namespace wheelhouse::apiserver::http {

namespace asio = boost::asio;
using boost::system::error_code;
using Strand = asio::strand<asio::io_context::executor_type>;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Strand>;
using Tls = asio::ssl::stream<Socket>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Strand>;

/// One accepted connection after its handshake. Everything protected and private runs on the strand of its
/// socket. It keeps itself alive by its pending operations and is gone soon after `close`.
class Connection : public ExchangeSink, public std::enable_shared_from_this<Connection> {
  public:
    Connection(std::unique_ptr<Tls> stream, std::shared_ptr<Front> front, std::optional<User> user);
    ~Connection() override;

    /// On the strand, once.
    virtual void start() = 0;
    /// Any thread: finish what is under way, begin nothing new, then close.
    void stop();
    /// Any thread: close without waiting.
    void closeNow();

    void outputReady(std::shared_ptr<HttpExchange> exchange) override;
    void offload(std::function<void()> work) override;

  protected:
    virtual void onOutput(const std::shared_ptr<HttpExchange>& exchange) = 0;
    virtual void onStop() = 0;
    /// Regularly: what has taken too long?
    virtual void onTick(Instant now) = 0;
    /// Once, when the connection ends: let go of all exchanges.
    virtual void onClose() = 0;

    void startTicking();
    void close();
    /// Tells the peer that nothing more comes, then closes; bounded by a timer.
    void shutdownAndClose();
    /// The exchange of a request that has just come in whole.
    std::shared_ptr<HttpExchange> newExchange(const Request& request, std::int32_t stream);
    Instant now() const { return front_->clock.now(); }

    std::unique_ptr<Tls> stream_;
    std::shared_ptr<Front> front_;
    std::optional<User> user_;
    std::string address_; ///< the client's
    bool closed_ = false;
    bool stopping_ = false;

  private:
    void tickLater();

    bool shuttingDown_ = false;
    Timer timer_;
    Timer shutdownTimer_;
    std::chrono::milliseconds tick_;
};

std::shared_ptr<Connection> makeHttp1(std::unique_ptr<Tls> stream, std::shared_ptr<Front> front,
                                      std::optional<User> user);
std::shared_ptr<Connection> makeHttp2(std::unique_ptr<Tls> stream, std::shared_ptr<Front> front,
                                      std::optional<User> user);

} // namespace wheelhouse::apiserver::http
