#pragma once

#include <google/protobuf/message.h>
#include <string>

namespace wheelhouse::api::codec {

/// As `canonicalize`, for bytes that came from outside: the first thing in `message` that could not be
/// written as JSON and read again (a quantity that is none, a text that is no UTF-8, a time out of range), or
/// nothing.
std::string canonicalizeReceived(google::protobuf::Message& message);

} // namespace wheelhouse::api::codec
