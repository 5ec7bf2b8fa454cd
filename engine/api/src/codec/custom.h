#pragma once

#include "codec/generated.h"

#include <span>

namespace wheelhouse::api::codec {

/// The codecs of custom objects and their lists, which no plug-in can generate.
std::span<const MessageCodec> customCodecs();

} // namespace wheelhouse::api::codec
