#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wheelhouse::framing {

/// Standard base64 with padding.
std::string base64Encode(std::string_view bytes);
/// Nothing when it is no base64; missing padding is forgiven, as browsers' clients leave it out.
std::optional<std::string> base64Decode(std::string_view text);

} // namespace wheelhouse::framing
