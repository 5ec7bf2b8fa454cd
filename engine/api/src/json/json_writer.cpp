#include "json/json_writer.h"

#include "engine/base/base64.h"
#include "json/json_reader.h"

#include <array>
#include <charconv>
#include <cmath>

namespace wheelhouse::api {

void JsonWriter::integer(std::int64_t value) {
    std::array<char, 24> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
    raw(std::string_view(text.data(), static_cast<std::size_t>(end - text.data())));
}

void JsonWriter::number(double value) {
    // JSON has no infinities; they cannot come in by JSON either.
    if (!std::isfinite(value)) return null();
    // As ECMAScript and Go print them: plain digits unless very large or very small.
    const double size = std::abs(value);
    const bool plain = value == 0 || (size >= 1e-6 && size < 1e21);
    std::array<char, 64> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                            plain ? std::chars_format::fixed : std::chars_format::scientific);
    std::string text(buffer.data(), end);
    if (const std::size_t e = text.find("e-0"); e != std::string::npos) text.erase(e + 2, 1);
    raw(text);
}

void JsonWriter::base64(std::string_view bytes) {
    comma();
    out_.push_back('"');
    appendBase64(out_, bytes);
    out_.push_back('"');
    needComma_ = true;
}

void JsonWriter::quote(std::string_view text) {
    static constexpr std::string_view hex = "0123456789abcdef";
    out_.push_back('"');
    std::size_t done = 0;
    for (std::size_t i = 0; i < text.size();) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
            ++i;
            continue;
        }
        const std::size_t length = c < 0x80 ? 0 : utf8Length(text.substr(i));
        if (length > 0) {
            i += length;
            continue;
        }
        out_.append(text.substr(done, i - done));
        switch (c) {
        case '"':
            out_.append("\\\"");
            break;
        case '\\':
            out_.append("\\\\");
            break;
        case '\n':
            out_.append("\\n");
            break;
        case '\r':
            out_.append("\\r");
            break;
        case '\t':
            out_.append("\\t");
            break;
        default:
            if (c < 0x20) {
                out_.append("\\u00");
                out_.push_back(hex[c >> 4]);
                out_.push_back(hex[c & 15]);
            } else {
                out_.append("\xEF\xBF\xBD"); // not UTF-8: what cannot be said in JSON is replaced
            }
        }
        done = ++i;
    }
    out_.append(text.substr(done));
    out_.push_back('"');
}

} // namespace wheelhouse::api
