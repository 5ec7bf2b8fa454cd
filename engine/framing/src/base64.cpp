#include "engine/framing/base64.h"

#include "engine/base/base64.h"

namespace wheelhouse::framing {

std::string base64Encode(std::string_view bytes) {
    std::string out;
    appendBase64(out, bytes);
    return out;
}

std::optional<std::string> base64Decode(std::string_view text) {
    std::string padded(text);
    while (padded.size() % 4 != 0 && padded.size() - text.size() < 2)
        padded += '=';
    std::string out;
    if (!decodeBase64(padded, out)) return std::nullopt;
    return out;
}

} // namespace wheelhouse::framing
