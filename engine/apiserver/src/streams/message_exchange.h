#pragma once

#include "engine/apiserver/handler.h"
#include "streams/upgrade.h"

#include <memory>

namespace wheelhouse::apiserver {

/// An exchange whose stream goes out as the messages of a WebSocket, one for each `write`: what a browser
/// reads a watch or a log with. Refusals are answered as ever. `protocol` is what the client and this server
/// agreed on: text for a watch ("text", said to nobody), "binary.k8s.io" or "base64.binary.k8s.io" for a log.
std::shared_ptr<Exchange> messagesOver(std::shared_ptr<Exchange> exchange, UpgradeRequest request,
                                       std::string protocol);

} // namespace wheelhouse::apiserver
