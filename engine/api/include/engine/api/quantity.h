#pragma once

#include "engine/base/status.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace wheelhouse::api {

/// A resource amount ("100m", "1.5Gi", "2e3"): an exact decimal in nano-units, printed canonically in the
/// family it was written in (binary, decimal, exponent). Compared by value. Saturates at ±2^63-1 whole units.
class Quantity {
  public:
    Quantity() = default;
    static Result<Quantity> parse(std::string_view text);
    static Quantity fromMilli(std::int64_t milli);
    static Quantity fromUnits(std::int64_t units);
    static Quantity fromBytes(std::int64_t bytes); ///< binary family
    /// Rounded up, as Kubernetes does.
    std::int64_t milli() const;
    std::int64_t units() const;
    std::string toString() const;
    Quantity operator+(const Quantity& other) const;
    Quantity operator-(const Quantity& other) const;
    std::strong_ordering operator<=>(const Quantity& other) const { return nano_ <=> other.nano_; }
    bool operator==(const Quantity& other) const { return nano_ == other.nano_; }

  private:
    enum class Family : std::uint8_t { Decimal, Binary, Exponent };
    __extension__ __int128 nano_ = 0;
    Family family_ = Family::Decimal;
};

} // namespace wheelhouse::api
