#pragma once

#include "engine/api/types.h"
#include "engine/store/store.h"

#include <optional>
#include <string>

namespace wheelhouse::apiserver {

/// The name of the class of type `M` that an annotation marks as the default: of several the newest, then the
/// first by name.
template <class M>
std::optional<std::string> defaultClassName(const store::Store& store, const char* annotation) {
    std::optional<std::string> found;
    std::int64_t made = 0;
    for (const api::ObjectPtr& object : store.listNewest(api::kindOf<M>(), "")) {
        const M one = object->as<M>();
        const auto mark = one.metadata().annotations().find(annotation);
        if (mark == one.metadata().annotations().end() || mark->second != "true") continue;
        const std::int64_t at = one.metadata().creationtimestamp().seconds();
        if (found && at <= made) continue;
        found = object->name();
        made = at;
    }
    return found;
}

} // namespace wheelhouse::apiserver
