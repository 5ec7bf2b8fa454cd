#include "openapi/hash.h"

#include <array>
#include <openssl/sha.h>
#include <string_view>

namespace wheelhouse::api {

std::string sha512(const std::string& text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::array<unsigned char, SHA512_DIGEST_LENGTH> digest{};
    SHA512(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::string result;
    for (const unsigned char byte : digest) {
        result += hex[byte >> 4];
        result += hex[byte & 15];
    }
    return result;
}

} // namespace wheelhouse::api
