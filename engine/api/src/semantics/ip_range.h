#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wheelhouse::api::semantics {

/// An IPv4 or IPv6 range such as 10.0.0.0/8.
class IpRange {
  public:
    /// Nothing when the text is no range.
    static std::optional<IpRange> parse(std::string_view text);
    /// Whether `inner` lies in this range and is smaller.
    bool holds(const IpRange& inner) const;

  private:
    bool six_ = false;
    int bits_ = 0;
    std::array<std::uint8_t, 16> address_{};
};

} // namespace wheelhouse::api::semantics
