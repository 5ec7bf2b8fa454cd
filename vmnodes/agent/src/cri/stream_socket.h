#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace wheelhouse::agent {

/// The thread on which the sockets of commands and ports live.
class StreamThread {
  public:
    StreamThread() : thread_([this] { io_.run(); }) {}
    ~StreamThread() {
        work_.reset();
        io_.stop();
        thread_.join();
    }
    StreamThread(const StreamThread&) = delete;
    StreamThread& operator=(const StreamThread&) = delete;
    boost::asio::io_context& io() { return io_; }

  private:
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    std::thread thread_;
};

/// One TCP connection that reads only while it may. Everything happens on the stream thread.
class StreamSocket final : public std::enable_shared_from_this<StreamSocket> {
  public:
    struct Events {
        std::function<void()> onConnected;
        std::function<void(std::string_view bytes)> onBytes;
        std::function<void(std::size_t input)> onSent;     ///< what `send` was told of input
        std::function<void(const std::string& why)> onEnd; ///< once, last; empty = the peer sends no more
        std::function<std::size_t()> mayRead;              ///< bytes; 0 = not now, until `wake`
    };
    StreamSocket(boost::asio::io_context& io, Events events)
        : socket_(io), timer_(io), events_(std::move(events)) {}

    void connect(const std::string& address, std::uint16_t port);
    /// `input` = how much of the pod's input these bytes carry.
    void send(std::string bytes, std::size_t input);
    /// Sends no more after what was given to `send`.
    void finishSending();
    void wake() { read(); }
    /// Closes, and calls nothing back any more.
    void close();

  private:
    void read();
    void write();
    void end(const std::string& why);

    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer timer_; ///< while connecting
    Events events_;
    std::deque<std::pair<std::string, std::size_t>> queue_;
    std::string buffer_ = std::string(32 * 1024, '\0');
    bool connected_ = false;
    bool reading_ = false;
    bool writing_ = false;
    bool finishing_ = false;
    bool closed_ = false;
};

} // namespace wheelhouse::agent
