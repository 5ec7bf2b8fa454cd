#pragma once

#include <string>
#include <string_view>

namespace wheelhouse::controllers {

/// SHA-256 as 64 hexadecimal digits.
std::string sha256Hex(std::string_view text);
/// HMAC with SHA-256, as 32 bytes.
std::string hmacSha256(std::string_view key, std::string_view text);
/// Standard base64 with padding.
std::string base64(std::string_view bytes);

} // namespace wheelhouse::controllers
