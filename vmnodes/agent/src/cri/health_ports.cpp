#include "health_ports.h"

#include "engine/base/log.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <string>
#include <utility>

namespace wheelhouse::agent {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds patience(5);
constexpr std::size_t mostHead = 8192;

/// One request: whatever it is, the answer is the same.
struct Visit final : std::enable_shared_from_this<Visit> {
    explicit Visit(tcp::socket from) : socket(std::move(from)), timer(socket.get_executor()) {}

    void start(std::string says) {
        answer = std::move(says);
        timer.expires_after(patience);
        timer.async_wait([self = shared_from_this()](error_code stopped) {
            error_code ignored;
            if (!stopped) self->socket.close(ignored);
        });
        asio::async_read_until(socket, asio::dynamic_buffer(head, mostHead), "\r\n\r\n",
                               [self = shared_from_this()](error_code error, std::size_t) {
                                   if (error) return void(self->timer.cancel());
                                   self->reply();
                               });
    }
    void reply() {
        asio::async_write(socket, asio::buffer(answer),
                          [self = shared_from_this()](error_code, std::size_t) { self->timer.cancel(); });
    }

    tcp::socket socket;
    asio::steady_timer timer;
    std::string head;
    std::string answer;
};

} // namespace

struct HealthPorts::Server final : std::enable_shared_from_this<HealthPorts::Server> {
    /// One port.
    struct Port {
        explicit Port(asio::io_context& io) : acceptor(io) {}
        tcp::acceptor acceptor;
        network::HealthCheck check;
    };

    explicit Server(asio::io_context& context) : io(context) {}

    void become(std::map<int, network::HealthCheck> checks) {
        if (closed) return;
        error_code ignored;
        for (auto it = ports.begin(); it != ports.end();) {
            if (checks.contains(it->first)) {
                ++it;
                continue;
            }
            it->second->acceptor.close(ignored);
            it = ports.erase(it);
        }
        for (auto& [number, check] : checks) {
            auto& port = ports[number];
            if (!port) port = listen(number);
            if (port) port->check = std::move(check);
        }
        std::erase_if(ports, [](const auto& each) { return !each.second; });
    }
    std::shared_ptr<Port> listen(int number) {
        auto port = std::make_shared<Port>(io);
        const tcp::endpoint at(tcp::v4(), static_cast<unsigned short>(number));
        error_code error;
        port->acceptor.open(at.protocol(), error);
        if (!error) port->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
        if (!error) port->acceptor.bind(at, error);
        if (!error) port->acceptor.listen(asio::socket_base::max_listen_connections, error);
        if (error) {
            log::warning("agent", "health port {} cannot be served: {}", number, error.message());
            return nullptr;
        }
        accept(port);
        return port;
    }
    void accept(const std::shared_ptr<Port>& port) {
        port->acceptor.async_accept([self = shared_from_this(), port](error_code error, tcp::socket socket) {
            if (!port->acceptor.is_open()) return;
            if (!error) std::make_shared<Visit>(std::move(socket))->start(network::healthAnswer(port->check));
            self->accept(port);
        });
    }
    void close() {
        become({});
        closed = true;
    }

    asio::io_context& io;
    std::map<int, std::shared_ptr<Port>> ports;
    bool closed = false;
};

HealthPorts::HealthPorts(asio::io_context& io) : server_(std::make_shared<Server>(io)) {}

HealthPorts::~HealthPorts() {
    asio::post(server_->io, [server = server_] { server->close(); });
}

void HealthPorts::serve(std::map<int, network::HealthCheck> checks) {
    asio::post(server_->io, [server = server_, checks = std::move(checks)]() mutable {
        server->become(std::move(checks));
    });
}

} // namespace wheelhouse::agent
