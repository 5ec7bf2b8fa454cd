#pragma once

#include <string>
#include <string_view>

namespace wheelhouse::apiserver {

/// `text` as a JSON string, appended to `out`, escaped as Go's encoder does in strings without HTML.
void appendQuoted(std::string& out, std::string_view text);

} // namespace wheelhouse::apiserver
