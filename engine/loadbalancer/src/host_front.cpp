#include "engine/loadbalancer/host_front.h"

#include "engine/base/log.h"

#include <array>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <utility>

namespace wheelhouse::loadbalancer {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using Strand = asio::strand<asio::io_context::executor_type>;
using Socket = asio::basic_stream_socket<tcp, Strand>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Strand>;

/// More than any use of a desktop, less than a process has descriptors.
constexpr int mostConnections = 512;
/// How long a client may leave a connection open that has ended.
constexpr auto lingering = std::chrono::seconds(10);

/// What the io threads have of a connection: the socket itself. On its strand, except where it says so.
class Connection final : public std::enable_shared_from_this<Connection> {
  public:
    /// Control executor only; empty once nobody listens any more.
    struct Ear {
        HostSocket::Events events;
        bool open = true;
    };

    Connection(Socket socket, Executor& control, std::shared_ptr<std::atomic<int>> count)
        : socket_(std::move(socket)), timer_(socket_.get_executor()), control_(control),
          count_(std::move(count)) {
        count_->fetch_add(1);
    }
    ~Connection() { count_->fetch_sub(1); }

    // From the control executor.
    std::shared_ptr<Ear> ear() const { return ear_; }
    void read() {
        asio::post(socket_.get_executor(), [self = shared_from_this()] { self->readSome(); });
    }
    void write(std::string bytes) {
        asio::post(socket_.get_executor(), [self = shared_from_this(), bytes = std::move(bytes)] {
            self->queued_ += bytes;
            self->writeSome();
        });
    }
    void finish() {
        asio::post(socket_.get_executor(), [self = shared_from_this()] {
            self->finishing_ = true;
            self->writeSome();
        });
    }
    void close() {
        asio::post(socket_.get_executor(), [self = shared_from_this()] { self->closeNow(); });
    }

  private:
    void readSome() {
        if (closed_ || finishing_) return;
        socket_.async_read_some(asio::buffer(input_),
                                [self = shared_from_this()](error_code error, std::size_t n) {
                                    if (self->closed_ || self->finishing_) return;
                                    if (error == asio::error::eof) {
                                        self->ended_ = true;
                                        return self->tell([](HostSocket::Events& events) { events.onEnd(); });
                                    }
                                    if (error) return self->closeNow();
                                    self->tell([bytes = std::string(self->input_.data(), n)](
                                                   HostSocket::Events& events) { events.onData(bytes); });
                                });
    }
    void writeSome() {
        if (closed_ || writing_) return;
        if (queued_.empty()) {
            if (finishing_) lastWords();
            return;
        }
        writing_ = true;
        sending_ = std::exchange(queued_, {});
        asio::async_write(socket_, asio::buffer(sending_),
                          [self = shared_from_this()](error_code error, std::size_t n) {
                              self->writing_ = false;
                              if (error) return self->closeNow();
                              self->tell([n](HostSocket::Events& events) { events.onSent(n); });
                              self->writeSome();
                          });
    }
    /// A close while the client still sends would take from it what it has not read yet: what it sends is
    /// thrown away until it is done, too.
    void lastWords() {
        if (std::exchange(saidLast_, true)) return;
        error_code error;
        socket_.shutdown(tcp::socket::shutdown_send, error);
        if (error || ended_) return closeNow();
        timer_.expires_after(lingering);
        timer_.async_wait([self = shared_from_this()](error_code cancelled) {
            if (!cancelled) self->closeNow();
        });
        drain();
    }
    void drain() {
        socket_.async_read_some(asio::buffer(input_),
                                [self = shared_from_this()](error_code error, std::size_t) {
                                    if (self->closed_) return;
                                    if (error) return self->closeNow();
                                    self->drain();
                                });
    }
    void closeNow() {
        if (std::exchange(closed_, true)) return;
        timer_.cancel();
        error_code ignored;
        socket_.close(ignored);
        control_.post([ear = ear_] {
            if (!std::exchange(ear->open, false)) return;
            const auto closed = std::move(ear->events.onClosed);
            if (closed) closed();
        });
    }
    template <class What>
    void tell(What what) {
        control_.post([ear = ear_, what = std::move(what)] {
            if (ear->open) what(ear->events);
        });
    }

    Socket socket_;
    Timer timer_;
    Executor& control_;
    const std::shared_ptr<std::atomic<int>> count_;
    const std::shared_ptr<Ear> ear_ = std::make_shared<Ear>();
    std::array<char, 65536> input_{};
    std::string queued_;
    std::string sending_;
    bool writing_ = false;
    bool finishing_ = false;
    bool saidLast_ = false;
    bool ended_ = false;
    bool closed_ = false;
};

class TcpSocket final : public HostSocket {
  public:
    explicit TcpSocket(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
    ~TcpSocket() override {
        connection_->ear()->open = false;
        connection_->close();
    }
    void start(Events events) override { connection_->ear()->events = std::move(events); }
    void read() override { connection_->read(); }
    void write(std::string_view bytes) override { connection_->write(std::string(bytes)); }
    void finish() override { connection_->finish(); }

  private:
    const std::shared_ptr<Connection> connection_;
};

/// The acceptor, on its strand.
class Acceptor final : public std::enable_shared_from_this<Acceptor> {
  public:
    Acceptor(asio::io_context& io, Executor& control, std::shared_ptr<std::atomic<int>> count,
             std::shared_ptr<HostFront::OnAccept> accept)
        : io_(io), control_(control), count_(std::move(count)), acceptor_(asio::make_strand(io)),
          timer_(acceptor_.get_executor()), accept_(std::move(accept)) {}

    error_code listen(const tcp::endpoint& at) {
        error_code error;
        acceptor_.open(at.protocol(), error);
        if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
        if (!error) acceptor_.bind(at, error);
        if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
        return error;
    }
    void start() {
        asio::post(acceptor_.get_executor(), [self = shared_from_this()] { self->next(); });
    }
    void close() {
        asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
            error_code ignored;
            self->acceptor_.close(ignored);
            self->timer_.cancel();
        });
    }

  private:
    void next() {
        if (!acceptor_.is_open()) return;
        acceptor_.async_accept(asio::make_strand(io_),
                               [self = shared_from_this()](error_code error, Socket socket) {
                                   if (!self->acceptor_.is_open()) return;
                                   if (!error) {
                                       self->accepted(std::move(socket));
                                       return self->next();
                                   }
                                   // Out of file descriptors, most likely: those in use will be given back.
                                   self->timer_.expires_after(std::chrono::milliseconds(100));
                                   self->timer_.async_wait([self](error_code cancelled) {
                                       if (!cancelled) self->next();
                                   });
                               });
    }
    void accepted(Socket socket) {
        if (count_->load() >= mostConnections) return;
        error_code error;
        socket.set_option(tcp::no_delay(true), error);
        const auto peer = socket.remote_endpoint(error);
        if (error) return; // gone already
        auto connection = std::make_shared<Connection>(std::move(socket), control_, count_);
        control_.post([connection, accept = std::weak_ptr(accept_), client = peer.address().to_string()] {
            auto made = std::make_unique<TcpSocket>(connection);
            if (const auto alive = accept.lock()) (*alive)(std::move(made), client);
        });
    }

    asio::io_context& io_;
    Executor& control_;
    const std::shared_ptr<std::atomic<int>> count_;
    asio::basic_socket_acceptor<tcp, Strand> acceptor_;
    Timer timer_;
    const std::weak_ptr<HostFront::OnAccept> accept_;
};

class TcpListener final : public HostListener {
  public:
    TcpListener(std::shared_ptr<Acceptor> acceptor, std::shared_ptr<HostFront::OnAccept> accept)
        : acceptor_(std::move(acceptor)), accept_(std::move(accept)) {}
    ~TcpListener() override { acceptor_->close(); }

  private:
    const std::shared_ptr<Acceptor> acceptor_;
    const std::shared_ptr<HostFront::OnAccept>
        accept_; ///< held here alone: nothing is accepted after this is gone
};

class TcpFront final : public HostFront {
  public:
    TcpFront(asio::io_context& io, Executor& control) : io_(io), control_(control) {}

    Result<std::unique_ptr<HostListener>> listen(const std::string& address, std::uint16_t port,
                                                 OnAccept accept) override {
        error_code error;
        const auto at = asio::ip::make_address(address, error);
        if (error || !at.is_loopback())
            return fail(Reason::Invalid, fmt::format("{} is no loopback address", address));
        auto held = std::make_shared<OnAccept>(std::move(accept));
        auto acceptor = std::make_shared<Acceptor>(io_, control_, count_, held);
        if (const error_code refused = acceptor->listen({at, port})) {
            const Reason reason = refused == asio::error::address_in_use  ? Reason::AlreadyExists
                                  : refused == asio::error::access_denied ? Reason::Forbidden
                                                                          : Reason::InternalError;
            return fail(reason, fmt::format("cannot listen on {}:{}: {}", address, port, refused.message()));
        }
        acceptor->start();
        return std::make_unique<TcpListener>(std::move(acceptor), std::move(held));
    }

  private:
    asio::io_context& io_;
    Executor& control_;
    const std::shared_ptr<std::atomic<int>> count_ = std::make_shared<std::atomic<int>>(0);
};

} // namespace

std::unique_ptr<HostFront> openHostFront(asio::io_context& io, Executor& control) {
    return std::make_unique<TcpFront>(io, control);
}

} // namespace wheelhouse::loadbalancer
