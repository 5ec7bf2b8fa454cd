#include "custom/packed_text.h"

#include "engine/base/assert.h"

#include <zlib.h>

namespace wheelhouse::api {

PackedText::PackedText(std::string_view text) : size_(text.size()) {
    uLongf length = compressBound(static_cast<uLong>(text.size()));
    packed_.resize(length);
    const int done =
        compress2(reinterpret_cast<Bytef*>(packed_.data()), &length,
                  reinterpret_cast<const Bytef*>(text.data()), static_cast<uLong>(text.size()), Z_BEST_SPEED);
    WH_ASSERT(done == Z_OK, "a text that cannot be packed into the room it needs at most");
    packed_.resize(length);
    packed_.shrink_to_fit();
}

std::string PackedText::text() const {
    std::string text(size_, '\0');
    uLongf length = static_cast<uLongf>(size_);
    const int done =
        uncompress(reinterpret_cast<Bytef*>(text.data()), &length,
                   reinterpret_cast<const Bytef*>(packed_.data()), static_cast<uLong>(packed_.size()));
    WH_ASSERT(done == Z_OK && length == size_, "a packed text that does not unpack");
    return text;
}

} // namespace wheelhouse::api
