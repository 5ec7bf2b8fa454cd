#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace wheelhouse::controllers {

/// A range of IPv4 or IPv6 addresses ("10.96.0.0/16"), or a single one as the range of its full length.
struct IpRange {
    std::array<std::uint8_t, 16> base{};
    int bits = 0;
    bool v6 = false;

    /// Nothing when the text is neither a range nor an address.
    static std::optional<IpRange> parse(const std::string& text);
    int length() const { return v6 ? 128 : 32; }
    /// All of `other` lies in this.
    bool holds(const IpRange& other) const;
    /// As `holds`, for an address a service may have: not the range's own, nor IPv4's last.
    bool offers(const IpRange& address) const;
};

} // namespace wheelhouse::controllers
