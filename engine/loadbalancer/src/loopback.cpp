#include "loopback.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstdint>
#include <cstdlib>
#include <optional>

namespace wheelhouse::loadbalancer {

namespace {

constexpr std::uint32_t network = 127u << 24;
constexpr std::uint32_t fallback = network | 96u << 16 | 1u;

std::optional<std::uint32_t> parse(const std::string& text) {
    in_addr address{};
    if (inet_pton(AF_INET, text.c_str(), &address) != 1) return std::nullopt;
    return ntohl(address.s_addr);
}

std::string format(std::uint32_t address) {
    const in_addr raw{htonl(address)};
    char text[INET_ADDRSTRLEN] = {};
    inet_ntop(AF_INET, &raw, text, sizeof text);
    return text;
}

bool inRange(const std::string& range, std::uint32_t address) {
    const auto slash = range.find('/');
    const auto base = parse(range.substr(0, slash));
    const int bits = slash == std::string::npos ? 32 : std::atoi(range.c_str() + slash + 1);
    if (!base || bits < 0 || bits > 32) return false;
    return bits == 0 || ((*base ^ address) >> (32 - bits)) == 0;
}

} // namespace

bool isLoopback(const std::string& address) {
    const auto parsed = parse(address);
    return parsed && *parsed >> 24 == 127;
}

std::string loopbackFor(const std::string& clusterIp) {
    const auto parsed = parse(clusterIp);
    return format(parsed ? network | (*parsed & 0xffffff) : fallback);
}

std::string nextLoopback(const std::string& address) {
    const std::uint32_t now = parse(address).value_or(fallback);
    // 127.0 is where everybody's own things are.
    const std::uint32_t second = (now >> 16 & 0xff) % 255 + 1;
    return format(network | second << 16 | (now & 0xffff));
}

bool letsIn(const api::core::ServiceSpec& spec, const std::string& client) {
    const auto& ranges = spec.loadbalancersourceranges();
    const auto address = parse(client);
    return ranges.empty() ||
           (address && std::any_of(ranges.begin(), ranges.end(),
                                   [&](const std::string& range) { return inRange(range, *address); }));
}

} // namespace wheelhouse::loadbalancer
