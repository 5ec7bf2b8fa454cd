#include "yaml/scalars.h"

#include "json/json_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace wheelhouse::api::yaml {
namespace {

constexpr std::array<std::string_view, 5> nulls = {"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 11> trues = {"y",    "Y",    "yes", "Yes", "YES", "true",
                                                    "True", "TRUE", "on",  "On",  "ON"};
constexpr std::array<std::string_view, 11> falses = {"n",     "N",     "no",  "No",  "NO", "false",
                                                     "False", "FALSE", "off", "Off", "OFF"};

template <std::size_t n>
bool contains(const std::array<std::string_view, n>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool parseUnsigned(std::string_view digits, int base, std::uint64_t& value) {
    if (digits.empty()) return false;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    return error == std::errc() && end == digits.data() + digits.size();
}

bool parseMagnitude(std::string_view text, std::uint64_t& value) {
    if (text.starts_with("0x") || text.starts_with("0X")) return parseUnsigned(text.substr(2), 16, value);
    if (text.starts_with("0b") || text.starts_with("0B")) return parseUnsigned(text.substr(2), 2, value);
    if (text.starts_with("0o") || text.starts_with("0O")) return parseUnsigned(text.substr(2), 8, value);
    if (text.size() > 1 && text.front() == '0') return parseUnsigned(text.substr(1), 8, value);
    return parseUnsigned(text, 10, value);
}

/// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool looksLikeFloat(std::string_view text) {
    std::size_t i = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    const auto digits = [&] {
        const std::size_t start = i;
        while (i < text.size() && isDigit(text[i]))
            ++i;
        return i - start;
    };
    const std::size_t before = digits();
    std::size_t after = 0;
    if (i < text.size() && text[i] == '.') {
        ++i;
        after = digits();
    }
    if (before + after == 0) return false;
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        ++i;
        if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
        if (digits() == 0) return false;
    }
    return i == text.size();
}

} // namespace

Scalar resolvePlain(std::string_view text) {
    if (contains(nulls, text)) return {ScalarType::Null, "null"};
    if (contains(trues, text)) return {ScalarType::Bool, "true"};
    if (contains(falses, text)) return {ScalarType::Bool, "false"};
    const char first = text.front();
    if (!isDigit(first) && first != '-' && first != '+' && first != '.') return {};

    std::string plain(text);
    std::erase(plain, '_');
    const bool negative = plain.starts_with('-');
    const std::string_view magnitude =
        std::string_view(plain).substr(negative || plain.starts_with('+') ? 1 : 0);
    std::uint64_t value = 0;
    if (parseMagnitude(magnitude, value)) {
        const std::string sign = negative && value != 0 ? "-" : "";
        return {ScalarType::Integer, sign + std::to_string(value)};
    }
    if (!looksLikeFloat(plain)) return {};
    const char* const begin = plain.data() + (plain.starts_with('+') ? 1 : 0);
    double number = 0;
    const auto [end, error] = std::from_chars(begin, plain.data() + plain.size(), number);
    if (error != std::errc()) return {};
    JsonWriter writer;
    writer.number(number);
    return {ScalarType::Float, writer.take()};
}

} // namespace wheelhouse::api::yaml
