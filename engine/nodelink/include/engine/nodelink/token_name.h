#pragma once

#include "engine/api/types.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wheelhouse::nodelink {

/// Which token of a service account a pod's volume wants. Tokens travel as DesiredObjects of the kind "Token"
/// whose name says this and whose bytes are the token itself.
struct TokenName {
    std::string podUid;
    std::string pod;
    std::string account;
    std::int64_t seconds = 0; ///< how long it shall live
    std::string audience;     ///< empty = the API server

    std::string text() const;
    /// Nothing when `text` is no such name.
    static std::optional<TokenName> parse(std::string_view text);
};

/// The token a projection of one of the pod's volumes asks for.
TokenName tokenNameOf(const api::core::Pod& pod, const api::core::ServiceAccountTokenProjection& source);

inline constexpr const char* tokenKind = "Token";

} // namespace wheelhouse::nodelink
