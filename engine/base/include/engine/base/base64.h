#pragma once

#include <string>
#include <string_view>

namespace wheelhouse {

/// RFC 4648 standard alphabet, padded.
void appendBase64(std::string& out, std::string_view bytes);
/// Line ends inside are skipped, as Go does; anything else out of place is refused.
bool decodeBase64(std::string_view text, std::string& bytes);

} // namespace wheelhouse
