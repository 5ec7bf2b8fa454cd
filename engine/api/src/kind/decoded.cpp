#include "engine/api/decoded.h"

#include <array>

namespace wheelhouse::api::detail {

namespace {

struct Remembered {
    ObjectPtr object;
    std::shared_ptr<const google::protobuf::Message> message;
};

} // namespace

std::shared_ptr<const google::protobuf::Message> decodedMessage(const ObjectPtr& object) {
    thread_local std::array<Remembered, 8> remembered;
    thread_local std::size_t next = 0;
    for (const Remembered& each : remembered)
        if (each.object == object) return each.message;
    Remembered& place = remembered[next++ % remembered.size()];
    place = {object, object->message()};
    return place.message;
}

} // namespace wheelhouse::api::detail
