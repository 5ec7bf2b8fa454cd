#include "engine/nodelink/token_name.h"

#include <charconv>

namespace wheelhouse::nodelink {

// No part but the last can hold a slash.

std::string TokenName::text() const {
    return podUid + "/" + pod + "/" + account + "/" + std::to_string(seconds) + "/" + audience;
}

std::optional<TokenName> TokenName::parse(std::string_view text) {
    TokenName out;
    std::string seconds;
    for (std::string* part : {&out.podUid, &out.pod, &out.account, &seconds}) {
        const auto slash = text.find('/');
        if (slash == std::string_view::npos) return std::nullopt;
        *part = text.substr(0, slash);
        text.remove_prefix(slash + 1);
    }
    out.audience = text;
    const auto [end, error] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), out.seconds);
    if (error != std::errc() || end != seconds.data() + seconds.size()) return std::nullopt;
    return out;
}

TokenName tokenNameOf(const api::core::Pod& pod, const api::core::ServiceAccountTokenProjection& source) {
    return {pod.metadata().uid(), pod.metadata().name(), pod.spec().serviceaccountname(),
            source.expirationseconds(), source.audience()};
}

} // namespace wheelhouse::nodelink
