#pragma once

#include <string>

namespace wheelhouse::api {

/// Upper-case hexadecimal.
std::string sha512(const std::string& text);

} // namespace wheelhouse::api
