#include "commands.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <sstream>
#include <string_view>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace wheelhouse::demo {
namespace {

constexpr int timeoutMilliseconds = 5000;

struct Address {
    std::string host;
    std::uint16_t port = 80;
    std::string path = "/";
};

std::optional<Address> parseUrl(std::string_view url) {
    if (url.substr(0, 7) != "http://") return std::nullopt;
    url.remove_prefix(7);
    Address address;
    const auto slash = url.find('/');
    if (slash != std::string_view::npos) address.path = url.substr(slash);
    std::string_view authority = url.substr(0, slash);
    const auto colon = authority.find(':');
    if (colon != std::string_view::npos) {
        const int port = std::atoi(std::string(authority.substr(colon + 1)).c_str());
        if (port < 1 || port > 65535) return std::nullopt;
        address.port = static_cast<std::uint16_t>(port);
    }
    address.host = authority.substr(0, colon);
    if (address.host.empty()) return std::nullopt;
    return address;
}

struct Resolver {
    std::vector<in_addr> servers;
    std::vector<std::string> search;
    int dots = 1;
};

// A static program has no name service library, so the little of resolv.conf that pods use is read here.
Resolver readResolver() {
    Resolver resolver;
    std::ifstream file("/etc/resolv.conf");
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string key, word;
        words >> key;
        if (key == "nameserver" && words >> word) {
            in_addr address{};
            if (inet_pton(AF_INET, word.c_str(), &address) == 1) resolver.servers.push_back(address);
        } else if (key == "search") {
            resolver.search.clear();
            while (words >> word)
                resolver.search.push_back(word);
        } else if (key == "options") {
            while (words >> word)
                if (word.rfind("ndots:", 0) == 0) resolver.dots = std::atoi(word.c_str() + 6);
        }
    }
    return resolver;
}

std::string question(std::uint16_t id, const std::string& name) {
    std::string packet = {static_cast<char>(id >> 8), static_cast<char>(id), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    std::istringstream labels(name);
    for (std::string label; std::getline(labels, label, '.');) {
        if (label.empty() || label.size() > 63) return {};
        packet += static_cast<char>(label.size());
        packet += label;
    }
    packet.append({0, 0, 1, 0, 1}); // root, type A, class IN
    return packet;
}

std::size_t skipName(std::string_view packet, std::size_t at) {
    while (at < packet.size()) {
        const auto length = static_cast<unsigned char>(packet[at]);
        if (length == 0) return at + 1;
        if (length >= 0xc0) return at + 2;
        at += length + 1u;
    }
    return packet.size();
}

std::optional<in_addr> firstAddress(std::string_view packet) {
    if (packet.size() < 12 || (packet[3] & 0x0f) != 0) return std::nullopt;
    const auto word = [&](std::size_t at) {
        return static_cast<unsigned>(static_cast<unsigned char>(packet[at]) << 8 |
                                     static_cast<unsigned char>(packet[at + 1]));
    };
    const unsigned answers = word(6);
    std::size_t at = skipName(packet, 12) + 4;
    for (unsigned i = 0; i < answers; ++i) {
        at = skipName(packet, at);
        if (at + 10 > packet.size()) return std::nullopt;
        const unsigned type = word(at), length = word(at + 8);
        at += 10;
        if (at + length > packet.size()) return std::nullopt;
        if (type == 1 && length == 4) {
            in_addr address{};
            std::memcpy(&address, packet.data() + at, 4);
            return address;
        }
        at += length;
    }
    return std::nullopt;
}

std::optional<in_addr> ask(in_addr server, const std::string& name) {
    std::uint16_t id = 0;
    if (getrandom(&id, sizeof id, 0) != sizeof id) return std::nullopt;
    const std::string packet = question(id, name);
    if (packet.empty()) return std::nullopt;
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return std::nullopt;
    sockaddr_in to{.sin_family = AF_INET, .sin_port = htons(53), .sin_addr = server, .sin_zero = {}};
    std::optional<in_addr> found;
    if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) {
        for (int attempt = 0; attempt < 2 && !found; ++attempt) {
            if (send(fd, packet.data(), packet.size(), 0) < 0) break;
            pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
            if (poll(&wait, 1, timeoutMilliseconds / 2) <= 0) continue;
            char answer[1500];
            const auto size = recv(fd, answer, sizeof answer, 0);
            if (size < 12 || std::memcmp(answer, packet.data(), 2) != 0) continue;
            found = firstAddress({answer, static_cast<std::size_t>(size)});
            break;
        }
    }
    close(fd);
    return found;
}

std::optional<in_addr> resolve(const std::string& host) {
    in_addr address{};
    if (inet_pton(AF_INET, host.c_str(), &address) == 1) return address;
    if (host == "localhost") return in_addr{htonl(INADDR_LOOPBACK)};
    const Resolver resolver = readResolver();
    std::vector<std::string> names;
    const auto dots = static_cast<int>(std::count(host.begin(), host.end(), '.'));
    if (dots >= resolver.dots || host.back() == '.') names.push_back(host);
    if (host.back() != '.')
        for (const auto& domain : resolver.search)
            names.push_back(host + "." + domain);
    if (names.empty() || names.front() != host) names.push_back(host);
    for (const auto& name : names)
        for (const in_addr server : resolver.servers)
            if (const auto found = ask(server, name)) return found;
    return std::nullopt;
}

bool connectWithin(int fd, const sockaddr_in& to) {
    if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return true;
    if (errno != EINPROGRESS) return false;
    pollfd wait{.fd = fd, .events = POLLOUT, .revents = 0};
    if (poll(&wait, 1, timeoutMilliseconds) <= 0) {
        errno = ETIMEDOUT;
        return false;
    }
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    errno = error;
    return error == 0;
}

std::optional<std::string> exchange(int fd, const std::string& request) {
    std::string answer;
    if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
        return std::nullopt;
    while (answer.size() < (64u << 20)) {
        pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
        if (poll(&wait, 1, timeoutMilliseconds) <= 0) return std::nullopt;
        char part[16384];
        const auto size = recv(fd, part, sizeof part, 0);
        if (size < 0 && errno != EAGAIN) return std::nullopt;
        if (size == 0) return answer;
        if (size > 0) answer.append(part, static_cast<std::size_t>(size));
    }
    return std::nullopt;
}

bool fetchOnce(const Address& address) {
    const auto ip = resolve(address.host);
    if (!ip) {
        std::fprintf(stderr, "%s: no such host\n", address.host.c_str());
        return false;
    }
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const sockaddr_in to{
        .sin_family = AF_INET, .sin_port = htons(address.port), .sin_addr = *ip, .sin_zero = {}};
    std::optional<std::string> answer;
    if (connectWithin(fd, to))
        // HTTP/1.0, so that no server answers in chunks.
        answer = exchange(fd, "GET " + address.path + " HTTP/1.0\r\nHost: " + address.host + "\r\n\r\n");
    if (!answer)
        std::fprintf(stderr, "%s:%d: %s\n", address.host.c_str(), address.port, std::strerror(errno));
    close(fd);
    if (!answer) return false;
    const auto body = answer->find("\r\n\r\n");
    if (answer->rfind("HTTP/1.", 0) != 0 || body == std::string::npos || answer->size() < 12) {
        std::fputs("the answer is not HTTP\n", stderr);
        return false;
    }
    std::fwrite(answer->data() + body + 4, 1, answer->size() - body - 4, stdout);
    std::fflush(stdout);
    if ((*answer)[9] == '2') return true;
    std::fprintf(stderr, "%s\n", answer->substr(9, answer->find("\r\n") - 9).c_str());
    return false;
}

} // namespace

int fetch(const std::string& url, int retries) {
    const auto address = parseUrl(url);
    if (!address) {
        std::fprintf(stderr, "%s: not an http:// address\n", url.c_str());
        return 2;
    }
    for (int attempt = 0;; ++attempt) {
        if (fetchOnce(*address)) return 0;
        if (attempt >= retries) return 1;
        sleep(1);
    }
}

} // namespace wheelhouse::demo
