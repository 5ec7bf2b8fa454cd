#include "engine/api/quantity.h"

#include <array>

namespace wheelhouse::api {
namespace {

__extension__ using Int128 = __int128;

constexpr Int128 nanoPerUnit = 1'000'000'000;
constexpr Int128 maxNano = Int128(INT64_MAX) * nanoPerUnit;

Int128 saturate(Int128 nano) {
    return nano > maxNano ? maxNano : nano < -maxNano ? -maxNano : nano;
}

/// 10^exponent, capped where every further power saturates anyway.
Int128 powerOfTen(int exponent) {
    Int128 power = 1;
    for (; exponent > 0 && power < maxNano; --exponent)
        power *= 10;
    return power;
}

Int128 multiplySaturating(Int128 a, Int128 b) {
    Int128 product = 0;
    if (__builtin_mul_overflow(a, b, &product)) return maxNano;
    return product > maxNano ? maxNano : product;
}

Int128 divideRoundingUp(Int128 a, Int128 b) {
    return a / b + (a % b != 0 ? 1 : 0);
}

/// Away from zero, as Kubernetes rounds what it cannot hold.
std::int64_t divideAwayFromZero(Int128 nano, Int128 unit) {
    const Int128 quotient = nano < 0 ? -divideRoundingUp(-nano, unit) : divideRoundingUp(nano, unit);
    if (quotient > INT64_MAX) return INT64_MAX;
    if (quotient < -Int128(INT64_MAX)) return -INT64_MAX;
    return static_cast<std::int64_t>(quotient);
}

struct Digits {
    Int128 whole = 0;    ///< capped: more than 2^63 is too much in any case
    Int128 fraction = 0; ///< in units of 10^-18
    bool beyond = false; ///< digits that are not zero follow after those
};

/// "12.5" → whole 12, fraction 5·10^17. False when there is no digit or more than one point.
bool readDigits(std::string_view& text, Digits& digits) {
    constexpr int fractionDigits = 18;
    bool any = false;
    bool point = false;
    int placed = 0;
    while (!text.empty()) {
        const char c = text.front();
        if (c == '.') {
            if (point) return false;
            point = true;
        } else if (c >= '0' && c <= '9') {
            any = true;
            if (!point) {
                if (digits.whole < maxNano) digits.whole = digits.whole * 10 + (c - '0');
            } else if (placed < fractionDigits) {
                digits.fraction = digits.fraction * 10 + (c - '0');
                ++placed;
            } else if (c != '0') {
                digits.beyond = true;
            }
        } else {
            break;
        }
        text.remove_prefix(1);
    }
    for (; placed < fractionDigits; ++placed)
        digits.fraction *= 10;
    return any;
}

/// digits × 10^exponent in nano-units.
Int128 decimalNano(const Digits& digits, int exponent) {
    if (exponent >= 0) {
        const Int128 power = powerOfTen(exponent);
        const Int128 whole = multiplySaturating(digits.whole, multiplySaturating(power, nanoPerUnit));
        const Int128 scaled =
            exponent <= 18 ? digits.fraction * power : multiplySaturating(digits.fraction, power);
        return saturate(whole + divideRoundingUp(scaled + (digits.beyond ? 1 : 0), nanoPerUnit));
    }
    constexpr Int128 attoPerUnit = nanoPerUnit * nanoPerUnit;
    if (exponent >= -9) {
        const Int128 power = powerOfTen(9 + exponent);
        const Int128 whole = multiplySaturating(digits.whole, power);
        return saturate(whole +
                        divideRoundingUp(digits.fraction * power + (digits.beyond ? 1 : 0), attoPerUnit));
    }
    // Less than a nano-unit each: rounded up, whatever is left.
    const Int128 divisor = powerOfTen(-9 - exponent);
    const bool rest = digits.whole % divisor != 0 || digits.fraction != 0 || digits.beyond;
    return saturate(digits.whole / divisor + (rest ? 1 : 0));
}

Int128 binaryNano(const Digits& digits, int shift) {
    const Int128 factor = Int128(1) << shift;
    const Int128 whole = multiplySaturating(digits.whole, multiplySaturating(factor, nanoPerUnit));
    return saturate(whole +
                    divideRoundingUp(digits.fraction * factor + (digits.beyond ? 1 : 0), nanoPerUnit));
}

struct DecimalSuffix {
    std::string_view text;
    int exponent;
};
constexpr std::array<DecimalSuffix, 10> decimalSuffixes = {{{"n", -9},
                                                            {"u", -6},
                                                            {"m", -3},
                                                            {"", 0},
                                                            {"k", 3},
                                                            {"M", 6},
                                                            {"G", 9},
                                                            {"T", 12},
                                                            {"P", 15},
                                                            {"E", 18}}};
constexpr std::array<std::string_view, 7> binarySuffixes = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};

/// "e3", "E-6": the number after the letter. False when it is none.
bool readExponent(std::string_view suffix, int& exponent) {
    if (suffix.size() < 2 || (suffix.front() != 'e' && suffix.front() != 'E')) return false;
    suffix.remove_prefix(1);
    const bool negative = suffix.front() == '-';
    if (negative || suffix.front() == '+') suffix.remove_prefix(1);
    if (suffix.empty()) return false;
    exponent = 0;
    for (const char c : suffix) {
        if (c < '0' || c > '9') return false;
        if (exponent < 1000) exponent = exponent * 10 + (c - '0');
    }
    if (negative) exponent = -exponent;
    return true;
}

std::string decimalText(Int128 value) {
    if (value == 0) return "0";
    std::string text;
    const bool negative = value < 0;
    for (Int128 rest = negative ? -value : value; rest > 0; rest /= 10)
        text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    return negative ? "-" + text : text;
}

} // namespace

Result<Quantity> Quantity::parse(std::string_view text) {
    std::string_view rest = text;
    const auto refuse = [&] {
        return fail(Reason::BadRequest,
                    "\"" + std::string(text.substr(0, 64)) +
                        "\" is no quantity: a number and perhaps a suffix such as m, k, Mi or G");
    };
    const bool negative = !rest.empty() && rest.front() == '-';
    if (negative || (!rest.empty() && rest.front() == '+')) rest.remove_prefix(1);
    Digits digits;
    if (!readDigits(rest, digits)) return refuse();

    Quantity quantity;
    bool known = false;
    int exponent = 0;
    for (const DecimalSuffix& suffix : decimalSuffixes) {
        if (rest != suffix.text) continue;
        quantity.nano_ = decimalNano(digits, suffix.exponent);
        known = true;
    }
    for (std::size_t i = 1; i < binarySuffixes.size() && !known; ++i) {
        if (rest != binarySuffixes[i]) continue;
        quantity.family_ = Family::Binary;
        quantity.nano_ = binaryNano(digits, static_cast<int>(10 * i));
        known = true;
    }
    if (!known && readExponent(rest, exponent)) {
        quantity.family_ = Family::Exponent;
        quantity.nano_ = decimalNano(digits, exponent);
        known = true;
    }
    if (!known) return refuse();
    if (negative) quantity.nano_ = -quantity.nano_;
    return quantity;
}

Quantity Quantity::fromMilli(std::int64_t milli) {
    Quantity quantity;
    quantity.nano_ = saturate(Int128(milli) * 1'000'000);
    return quantity;
}

Quantity Quantity::fromUnits(std::int64_t units) {
    Quantity quantity;
    quantity.nano_ = saturate(Int128(units) * nanoPerUnit);
    return quantity;
}

Quantity Quantity::fromBytes(std::int64_t bytes) {
    Quantity quantity = fromUnits(bytes);
    quantity.family_ = Family::Binary;
    return quantity;
}

std::int64_t Quantity::milli() const {
    return divideAwayFromZero(nano_, 1'000'000);
}

std::int64_t Quantity::units() const {
    return divideAwayFromZero(nano_, nanoPerUnit);
}

std::string Quantity::toString() const {
    if (nano_ == 0) return "0";
    // Small or fractional amounts of the binary family are clearer, and exact, in the decimal one.
    const Int128 kibi = 1024 * nanoPerUnit;
    const bool binary =
        family_ == Family::Binary && (nano_ <= -kibi || nano_ >= kibi) && nano_ % nanoPerUnit == 0;
    if (binary) {
        Int128 value = nano_ / nanoPerUnit;
        std::size_t suffix = 0;
        for (; value % 1024 == 0 && suffix + 1 < binarySuffixes.size(); ++suffix)
            value /= 1024;
        return decimalText(value) + std::string(binarySuffixes[suffix]);
    }
    Int128 value = nano_;
    std::size_t suffix = 0;
    for (; value % 1000 == 0 && suffix + 1 < decimalSuffixes.size(); ++suffix)
        value /= 1000;
    const int exponent = decimalSuffixes[suffix].exponent;
    if (family_ != Family::Exponent) return decimalText(value) + std::string(decimalSuffixes[suffix].text);
    return exponent == 0 ? decimalText(value) : decimalText(value) + "e" + std::to_string(exponent);
}

Quantity Quantity::operator+(const Quantity& other) const {
    Quantity sum;
    sum.family_ = nano_ == 0 ? other.family_ : family_;
    sum.nano_ = saturate(nano_ + other.nano_);
    return sum;
}

Quantity Quantity::operator-(const Quantity& other) const {
    Quantity difference;
    difference.family_ = nano_ == 0 ? other.family_ : family_;
    difference.nano_ = saturate(nano_ - other.nano_);
    return difference;
}

} // namespace wheelhouse::api
