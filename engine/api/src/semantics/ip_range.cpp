#include "semantics/ip_range.h"

#include <arpa/inet.h>
#include <charconv>
#include <string>

namespace wheelhouse::api::semantics {

std::optional<IpRange> IpRange::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    IpRange range;
    const std::string address(text.substr(0, slash));
    range.six_ = address.find(':') != std::string::npos;
    if (inet_pton(range.six_ ? AF_INET6 : AF_INET, address.c_str(), range.address_.data()) != 1)
        return std::nullopt;
    const std::string_view bits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), range.bits_);
    if (error != std::errc() || end != bits.data() + bits.size()) return std::nullopt;
    if (range.bits_ < 0 || range.bits_ > (range.six_ ? 128 : 32)) return std::nullopt;
    return range;
}

bool IpRange::holds(const IpRange& inner) const {
    if (six_ != inner.six_ || bits_ >= inner.bits_) return false;
    for (int bit = 0; bit < bits_; ++bit) {
        const auto byte = static_cast<std::size_t>(bit / 8);
        const int mask = 0x80 >> (bit % 8);
        if ((address_[byte] & mask) != (inner.address_[byte] & mask)) return false;
    }
    return true;
}

} // namespace wheelhouse::api::semantics
