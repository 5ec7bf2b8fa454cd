#pragma once

#include <span>
#include <string>
#include <string_view>

namespace wheelhouse::api::codec {

/// The comment above a message ("k8s.io.api.core.v1.Pod") or a field ("k8s.io.api.core.v1.Pod.spec").
struct Doc {
    std::string_view name;
    std::string_view text;
};

/// The comment on a message or field, empty if there is none.
std::string_view docOf(const std::string& fullName);

} // namespace wheelhouse::api::codec
