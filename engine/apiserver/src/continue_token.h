#pragma once

#include "engine/base/status.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace wheelhouse::apiserver {

/// Where a list in pages goes on: the state it shows (-1 = whatever is newest) and the next name. As text it
/// is URL-safe base64 of {"v":"meta.k8s.io/v1","rv":N,"start":"…"}, as in Kubernetes.
struct ContinueToken {
    std::int64_t revision = 0;
    std::string start;

    std::string text() const;
    static Result<ContinueToken> parse(std::string_view text);
};

} // namespace wheelhouse::apiserver
