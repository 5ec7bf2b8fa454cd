#include "prober.h"

#include <arpa/inet.h>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wheelhouse::agent {

namespace {

using Deadline = std::chrono::steady_clock::time_point;

bool waitFor(int fd, short events, Deadline until) {
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd poll{fd, events, 0};
        const int n = ::poll(&poll, 1, static_cast<int>(left.count()));
        if (n > 0) return true;
        if (n == 0 || errno != EINTR) return false;
    }
}

struct Socket {
    int fd = -1;
    ~Socket() {
        if (fd >= 0) ::close(fd);
    }
};

/// Empty when connected, otherwise why not.
std::string connectTo(Socket& socket, const std::string& host, int port, Deadline until) {
    const std::string to = fmt::format("{}:{}", host, port);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &address.sin_addr) != 1)
        return fmt::format("dial tcp {}: not an IP address", to);
    socket.fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket.fd < 0) return fmt::format("dial tcp {}: {}", to, std::strerror(errno));
    if (::connect(socket.fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return {};
    if (errno != EINPROGRESS) return fmt::format("dial tcp {}: {}", to, std::strerror(errno));
    if (!waitFor(socket.fd, POLLOUT, until)) return fmt::format("dial tcp {}: i/o timeout", to);
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(socket.fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return fmt::format("dial tcp {}: {}", to, std::strerror(error));
    return {};
}

} // namespace

ProbeAnswer askNetwork(const ProbeTarget& target, Duration timeout) {
    const Deadline until = std::chrono::steady_clock::now() +
                           std::chrono::duration_cast<std::chrono::steady_clock::duration>(timeout);
    Socket socket;
    if (target.https) return {false, "HTTPS probes are not supported yet"};
    if (std::string error = connectTo(socket, target.host, target.port, until); !error.empty())
        return {false, error};
    if (target.kind == ProbeTarget::Kind::Tcp) return {true, ""};
    std::string host = fmt::format("{}:{}", target.host, target.port);
    std::string extra;
    for (const auto& [name, value] : target.headers) {
        if (name == "Host")
            host = value;
        else
            extra += name + ": " + value + "\r\n";
    }
    const std::string request = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: kube-probe/1.35\r\n"
                                            "Accept: */*\r\nConnection: close\r\n{}\r\n",
                                            target.path, host, extra);
    if (::send(socket.fd, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size()))
        return {false, fmt::format("Get \"http://{}{}\": the request could not be sent", host, target.path)};
    std::string answer;
    while (answer.size() < 12) { // "HTTP/1.1 200": the rest of the answer says nothing more
        char buffer[256];
        if (!waitFor(socket.fd, POLLIN, until))
            return {false, fmt::format("Get \"http://{}{}\": context deadline exceeded", host, target.path)};
        const ssize_t n = ::recv(socket.fd, buffer, sizeof buffer, 0);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (n <= 0) return {false, fmt::format("Get \"http://{}{}\": EOF", host, target.path)};
        answer.append(buffer, static_cast<std::size_t>(n));
    }
    int code = 0;
    if (answer.starts_with("HTTP/1.")) std::from_chars(answer.data() + 9, answer.data() + 12, code);
    if (code >= 200 && code < 400) return {true, "ok"};
    return {false, fmt::format("HTTP probe failed with statuscode: {}", code)};
}

} // namespace wheelhouse::agent
