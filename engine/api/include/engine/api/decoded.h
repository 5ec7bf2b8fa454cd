#pragma once

#include "engine/api/object.h"

#include <memory>

namespace wheelhouse::api {

namespace detail {
std::shared_ptr<const google::protobuf::Message> decodedMessage(const ObjectPtr& object);
} // namespace detail

/// The typed message of an object, decoded once for all who look at the object one after another, as those
/// who are told of a change do. A handful of messages is remembered on each thread, no more: decoded objects
/// are several times as large as their bytes. Keep what is returned in a variable while looking into it.
template <class M>
std::shared_ptr<const M> decoded(const ObjectPtr& object) {
    WH_ASSERT(object->kind().descriptor == M::descriptor(), "an object decoded as another kind");
    return std::static_pointer_cast<const M>(detail::decodedMessage(object));
}

} // namespace wheelhouse::api
