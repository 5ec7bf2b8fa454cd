#pragma once

#include "engine/apiserver/handler.h"

#include <string>
#include <string_view>

namespace wheelhouse::apiserver {

/// The two halves a proxied request's path falls into, both still encoded.
struct ProxyPath {
    std::string prefix; ///< ".../pods/x/proxy"
    std::string rest;   ///< what the other side is asked for; empty, or with a slash before it
};
/// `part` is RequestInfo::restBegins, or for a path that ends with the proxy 0.
ProxyPath splitProxyPath(std::string_view path, std::size_t part);

/// The head of the request as the other side gets it, with its empty line. Nothing that says who the client
/// is goes along: no credentials, no impersonation, no headers of authenticating proxies; nor what concerns
/// one connection only.
std::string proxiedHead(const Request& request, const std::string& target, const std::string& host,
                        bool upgrade);

/// The headers of an answer as the client gets them; a redirect within the other side stays behind the proxy.
Headers proxiedAnswerHeaders(const Headers& headers, const ProxyPath& path, const std::string& host,
                             std::string_view requestHost);

} // namespace wheelhouse::apiserver
