#pragma once

#include "engine/apiserver/handler.h"

#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::apiserver {

/// The switch of protocols a request asks for.
struct UpgradeRequest {
    enum class To { Nothing, WebSocket, Spdy };
    To to = To::Nothing;
    std::string key;                    ///< Sec-WebSocket-Key
    std::vector<std::string> protocols; ///< what may be spoken inside, the client's favourite first

    /// The first of the client's protocols that is among `served`; empty when none is.
    std::string choose(const std::vector<std::string_view>& served) const;
};

/// Reads Connection, Upgrade and the protocol headers; a switch that is not asked for correctly is none.
UpgradeRequest upgradeOf(const Request& request);

/// The headers of a 101 that switches to what was asked for, speaking `protocol` (may be empty).
Headers upgradeHeaders(const UpgradeRequest& request, const std::string& protocol);

/// A refusal as Kubernetes' stream servers word them: a line of plain text.
Response plainRefusal(int code, const std::string& text);
/// No protocol in common: 403, which makes kubectl try the next dialect.
Response noCommonProtocol(const UpgradeRequest& request, const std::vector<std::string_view>& served);

} // namespace wheelhouse::apiserver
