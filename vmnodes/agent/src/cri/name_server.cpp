#include "name_server.h"

#include "engine/base/log.h"
#include "name_query.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <sstream>
#include <utility>

namespace wheelhouse::agent {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

namespace {

constexpr std::size_t mostUdp = 4096;
constexpr int mostAsked = 256;      ///< queries to others at a time
constexpr int mostConnections = 64; ///< by TCP
constexpr std::chrono::seconds idle(10);
/// How long nobody is asked after nobody has answered.
constexpr std::chrono::seconds silence(5);

/// Counts what is under way for as long as it lives.
std::shared_ptr<void> counted(const std::shared_ptr<int>& count) {
    ++*count;
    return {nullptr, [count](void*) { --*count; }};
}

} // namespace

struct NameServer::Server final : std::enable_shared_from_this<NameServer::Server> {
    using Answer = std::function<void(const std::string&)>;
    struct Connection;

    Server(asio::io_context& context, std::string own, std::vector<std::string> others, unsigned short at)
        : io(context), udpSocket(context), acceptor(context), address(std::move(own)),
          upstream(std::move(others)), port(at) {}

    void listen();
    void close();
    void receive();
    void accept();
    void answer(const std::string& query, bool overUdp, Answer done);

    asio::io_context& io;
    udp::socket udpSocket;
    tcp::acceptor acceptor;
    std::string address;
    std::vector<std::string> upstream;
    unsigned short port;
    std::shared_ptr<const network::ClusterNames> names;
    std::array<char, mostUdp> buffer{};
    udp::endpoint peer;
    std::shared_ptr<int> asked = std::make_shared<int>(0);
    std::shared_ptr<int> connections = std::make_shared<int>(0);
    std::chrono::steady_clock::time_point silentUntil{};
    bool closed = false;
};

/// A client that asks by TCP, one query after the other.
struct NameServer::Server::Connection final : std::enable_shared_from_this<Connection> {
    Connection(std::shared_ptr<Server> of, tcp::socket from)
        : server(std::move(of)), socket(std::move(from)), timer(server->io),
          count(counted(server->connections)) {}
    void read();
    void write(const std::string& answer);

    std::shared_ptr<Server> server;
    tcp::socket socket;
    asio::steady_timer timer;
    std::shared_ptr<void> count;
    std::array<unsigned char, 2> length{};
    std::string message;
};

void NameServer::Server::listen() {
    error_code error;
    const auto at = asio::ip::make_address(address, error);
    const udp::endpoint packets(at, port);
    const tcp::endpoint streams(at, port);
    if (!error) udpSocket.open(packets.protocol(), error);
    if (!error) udpSocket.bind(packets, error);
    if (!error) acceptor.open(streams.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(streams, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
        log::error("agent", "the cluster's names cannot be served at {}: {}", address, error.message());
        error_code ignored; // tried again with the next names
        udpSocket.close(ignored);
        acceptor.close(ignored);
        return;
    }
    receive();
    accept();
}

void NameServer::Server::close() {
    closed = true;
    error_code ignored;
    udpSocket.close(ignored);
    acceptor.close(ignored);
}

void NameServer::Server::receive() {
    udpSocket.async_receive_from(
        asio::buffer(buffer), peer, [self = shared_from_this()](error_code error, std::size_t size) {
            if (self->closed) return;
            if (!error)
                self->answer(std::string(self->buffer.data(), size), true,
                             [self, to = self->peer](const std::string& answer) {
                                 error_code ignored; // a client that is gone asks again, or does not
                                 if (!answer.empty())
                                     self->udpSocket.send_to(asio::buffer(answer), to, 0, ignored);
                             });
            self->receive();
        });
}

void NameServer::Server::accept() {
    acceptor.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
        if (self->closed) return;
        if (!error && *self->connections < mostConnections)
            std::make_shared<Connection>(self, std::move(socket))->read();
        self->accept();
    });
}

void NameServer::Server::answer(const std::string& query, bool overUdp, Answer done) {
    const network::ClusterNames::Reply reply = names->reply(query, overUdp);
    if (reply.ask.empty()) return done(reply.answer);
    const std::vector<std::string>& servers = reply.servers.empty() ? upstream : reply.servers;
    // Whoever else is asked, each time anew.
    const bool silent = reply.servers.empty() && std::chrono::steady_clock::now() < silentUntil;
    if (servers.empty() || silent || *asked >= mostAsked)
        return done(network::ClusterNames::unanswered(query, servers.empty()));
    std::make_shared<NameQuery>(io, servers, reply.ask,
                                [self = shared_from_this(), query, overUdp, alias = reply.alias,
                                 own = reply.servers.empty(), known = names, done = std::move(done),
                                 count = counted(asked)](const std::string& theirs) {
                                    if (theirs.empty()) {
                                        if (own)
                                            self->silentUntil = std::chrono::steady_clock::now() + silence;
                                        return done(network::ClusterNames::unanswered(query, false));
                                    }
                                    done(alias ? known->completed(query, theirs, overUdp) : theirs);
                                })
        ->start(!overUdp);
}

void NameServer::Server::Connection::read() {
    timer.expires_after(idle);
    timer.async_wait([self = shared_from_this()](error_code stopped) {
        error_code ignored;
        if (!stopped) self->socket.close(ignored);
    });
    asio::async_read(
        socket, asio::buffer(length), [self = shared_from_this()](error_code error, std::size_t) {
            if (error) return void(self->timer.cancel());
            self->message.resize(static_cast<std::size_t>(self->length[0]) << 8 | self->length[1]);
            asio::async_read(
                self->socket, asio::buffer(self->message), [self](error_code failed, std::size_t) {
                    self->timer.cancel();
                    if (!failed)
                        self->server->answer(self->message, false,
                                             [self](const std::string& answer) { self->write(answer); });
                });
        });
}

void NameServer::Server::Connection::write(const std::string& answer) {
    if (answer.empty()) return;
    message = {static_cast<char>(answer.size() >> 8 & 0xff), static_cast<char>(answer.size() & 0xff)};
    message += answer;
    asio::async_write(socket, asio::buffer(message),
                      [self = shared_from_this()](error_code error, std::size_t) {
                          if (!error) self->read();
                      });
}

NameServer::NameServer(asio::io_context& io, std::string address, std::vector<std::string> upstream,
                       unsigned short port)
    : server_(std::make_shared<Server>(io, std::move(address), std::move(upstream), port)) {}

NameServer::~NameServer() {
    asio::post(server_->io, [server = server_] { server->close(); });
}

void NameServer::serve(std::shared_ptr<const network::ClusterNames> names) {
    asio::post(server_->io, [server = server_, names = std::move(names)]() mutable {
        server->names = std::move(names);
        if (!server->closed && !server->udpSocket.is_open()) server->listen();
    });
}

std::vector<std::string> nameServersOf(const std::string& resolvConf, const std::string& own) {
    std::vector<std::string> out;
    std::istringstream lines(resolvConf);
    std::string line;
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::string key;
        std::string value;
        words >> key >> value;
        if (key == "nameserver" && !value.empty() && value != own) out.push_back(value);
    }
    return out;
}

} // namespace wheelhouse::agent
