#include "names.h"

#include "commands.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <string_view>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wheelhouse::demo {
namespace {

constexpr int timeoutMilliseconds = 5000;

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

std::vector<in_addr> addressesIn(std::string_view packet) {
    std::vector<in_addr> found;
    if (packet.size() < 12 || (packet[3] & 0x0f) != 0) return found;
    const auto word = [&](std::size_t at) {
        return static_cast<unsigned>(static_cast<unsigned char>(packet[at]) << 8 |
                                     static_cast<unsigned char>(packet[at + 1]));
    };
    const unsigned answers = word(6);
    std::size_t at = skipName(packet, 12) + 4;
    for (unsigned i = 0; i < answers; ++i) {
        at = skipName(packet, at);
        if (at + 10 > packet.size()) break;
        const unsigned type = word(at), length = word(at + 8);
        at += 10;
        if (at + length > packet.size()) break;
        if (type == 1 && length == 4) {
            in_addr address{};
            std::memcpy(&address, packet.data() + at, 4);
            found.push_back(address);
        }
        at += length;
    }
    return found;
}

std::vector<in_addr> askServer(in_addr server, const std::string& name) {
    std::vector<in_addr> found;
    std::uint16_t id = 0;
    if (getrandom(&id, sizeof id, 0) != sizeof id) return found;
    const std::string packet = question(id, name);
    if (packet.empty()) return found;
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return found;
    sockaddr_in to{.sin_family = AF_INET, .sin_port = htons(53), .sin_addr = server, .sin_zero = {}};
    if (connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) {
        for (int attempt = 0; attempt < 2 && found.empty(); ++attempt) {
            if (send(fd, packet.data(), packet.size(), 0) < 0) break;
            pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
            if (poll(&wait, 1, timeoutMilliseconds / 2) <= 0) continue;
            char answer[1500];
            const auto size = recv(fd, answer, sizeof answer, 0);
            if (size < 12 || std::memcmp(answer, packet.data(), 2) != 0) continue;
            found = addressesIn({answer, static_cast<std::size_t>(size)});
            break;
        }
    }
    close(fd);
    return found;
}

} // namespace

std::vector<in_addr> resolve(const std::string& host) {
    in_addr address{};
    if (inet_pton(AF_INET, host.c_str(), &address) == 1) return {address};
    if (host == "localhost") return {in_addr{htonl(INADDR_LOOPBACK)}};
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
            if (auto found = askServer(server, name); !found.empty()) return found;
    return {};
}

int lookup(const std::string& name) {
    const auto found = resolve(name);
    for (const in_addr address : found) {
        char text[INET_ADDRSTRLEN] = {};
        inet_ntop(AF_INET, &address, text, sizeof text);
        std::puts(text);
    }
    if (found.empty()) std::fprintf(stderr, "%s: no such host\n", name.c_str());
    return found.empty() ? 1 : 0;
}

} // namespace wheelhouse::demo
