#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wheelhouse {

/// Base64 in the alphabet of URLs and JWTs, without padding.
std::string encodeBase64Url(std::string_view bytes);
/// Padding is tolerated; nothing for any other character.
std::optional<std::string> decodeBase64Url(std::string_view text);

} // namespace wheelhouse
