#pragma once

#include "engine/api/types.h"

#include <algorithm>
#include <string_view>

namespace wheelhouse::controllers {

inline bool hasFinalizer(const api::meta::ObjectMeta& metadata, std::string_view finalizer) {
    const auto& all = metadata.finalizers();
    return std::find(all.begin(), all.end(), finalizer) != all.end();
}

/// True when it was there.
inline bool dropFinalizer(api::meta::ObjectMeta& metadata, std::string_view finalizer) {
    auto& all = *metadata.mutable_finalizers();
    const auto found = std::find(all.begin(), all.end(), finalizer);
    if (found == all.end()) return false;
    all.erase(found);
    return true;
}

} // namespace wheelhouse::controllers
