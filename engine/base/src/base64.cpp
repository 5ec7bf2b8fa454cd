#include "engine/base/base64.h"

#include <array>
#include <cstdint>

namespace wheelhouse {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> makeValues() {
    std::array<std::int8_t, 256> values{};
    for (auto& value : values)
        value = -1;
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return values;
}

constexpr std::array<std::int8_t, 256> values = makeValues();

} // namespace

void appendBase64(std::string& out, std::string_view bytes) {
    const auto at = [&](std::size_t i) -> std::uint32_t { return static_cast<unsigned char>(bytes[i]); };
    out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
    std::size_t i = 0;
    for (; i + 2 < bytes.size(); i += 3) {
        const std::uint32_t group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
        for (int shift = 18; shift >= 0; shift -= 6)
            out.push_back(alphabet[group >> shift & 63]);
    }
    const std::size_t rest = bytes.size() - i;
    if (rest == 0) return;
    const std::uint32_t group = at(i) << 16 | (rest == 2 ? at(i + 1) << 8 : 0);
    out.push_back(alphabet[group >> 18 & 63]);
    out.push_back(alphabet[group >> 12 & 63]);
    out.push_back(rest == 2 ? alphabet[group >> 6 & 63] : '=');
    out.push_back('=');
}

bool decodeBase64(std::string_view text, std::string& bytes) {
    bytes.clear();
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t group = 0;
    int digits = 0;
    int padding = 0;
    for (const char c : text) {
        if (c == '\n' || c == '\r') continue;
        if (c == '=') {
            ++padding;
            continue;
        }
        const int value = values[static_cast<unsigned char>(c)];
        if (value < 0 || padding > 0) return false;
        group = group << 6 | static_cast<std::uint32_t>(value);
        if (++digits == 4) {
            bytes.push_back(static_cast<char>(group >> 16 & 255));
            bytes.push_back(static_cast<char>(group >> 8 & 255));
            bytes.push_back(static_cast<char>(group & 255));
            group = 0;
            digits = 0;
        }
    }
    if (digits == 0) return padding == 0;
    if (digits == 1 || digits + padding != 4) return false;
    group <<= 6 * (4 - digits);
    bytes.push_back(static_cast<char>(group >> 16 & 255));
    if (digits == 3) bytes.push_back(static_cast<char>(group >> 8 & 255));
    return true;
}

} // namespace wheelhouse
