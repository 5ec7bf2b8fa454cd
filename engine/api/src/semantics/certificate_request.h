#pragma once

#include <string>
#include <string_view>

namespace wheelhouse::api::semantics {

/// What is wrong with a PKCS#10 request in PEM, empty when nothing is.
std::string complaintAboutRequest(std::string_view pem);

} // namespace wheelhouse::api::semantics
