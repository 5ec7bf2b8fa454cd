#pragma once

#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::network {

/// A set of addresses of one family, as ranges that neither overlap nor touch.
class AddressRanges {
  public:
    /// "ip" or "ip6".
    explicit AddressRanges(std::string family) : six_(family == "ip6") {}

    /// Adds what is in `cidr` (or a single address) and in none of `except`. False, and nothing added, when
    /// `cidr` is not of the family.
    bool add(const std::string& cidr, const std::vector<std::string>& except = {});
    /// "10.0.0.1" or "10.0.0.0-10.0.0.9", in order.
    std::vector<std::string> texts() const;
    bool empty() const { return ranges_.empty(); }

  private:
    __extension__ using Number = unsigned __int128;
    struct Range {
        Number first = 0;
        Number last = 0;
    };
    std::optional<Range> parse(const std::string& cidr) const;
    std::string text(Number address) const;

    bool six_;
    std::vector<Range> ranges_; ///< in order, not touching
};

} // namespace wheelhouse::network
