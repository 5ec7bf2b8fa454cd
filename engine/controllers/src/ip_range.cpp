#include "ip_range.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace wheelhouse::controllers {

namespace {

bool bitAt(const IpRange& range, int at) {
    return (range.base[static_cast<std::size_t>(at / 8)] >> (7 - at % 8) & 1) != 0;
}

} // namespace

std::optional<IpRange> IpRange::parse(const std::string& text) {
    IpRange range;
    const auto slash = text.find('/');
    const std::string address = text.substr(0, slash);
    range.v6 = address.find(':') != std::string::npos;
    if (inet_pton(range.v6 ? AF_INET6 : AF_INET, address.c_str(), range.base.data()) != 1)
        return std::nullopt;
    range.bits = range.length();
    if (slash == std::string::npos) return range;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + slash + 1, end, range.bits);
    if (parsed.ec != std::errc() || parsed.ptr != end || range.bits < 0 || range.bits > range.length())
        return std::nullopt;
    return range;
}

bool IpRange::holds(const IpRange& other) const {
    if (v6 != other.v6 || bits > other.bits) return false;
    for (int at = 0; at < bits; ++at)
        if (bitAt(*this, at) != bitAt(other, at)) return false;
    return true;
}

bool IpRange::offers(const IpRange& address) const {
    if (!holds(address)) return false;
    bool first = true, last = true;
    for (int at = bits; at < length(); ++at) {
        first = first && !bitAt(address, at);
        last = last && bitAt(address, at);
    }
    return !first && (v6 || !last);
}

} // namespace wheelhouse::controllers
