#include "streams/proxy_request.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <set>

namespace wheelhouse::apiserver {

namespace {

/// What concerns one connection only (RFC 9110, 7.6.1).
constexpr std::array<std::string_view, 9> hopByHop{
    "connection", "proxy-connection",  "keep-alive", "proxy-authenticate", "proxy-authorization", "te",
    "trailer",    "transfer-encoding", "upgrade"};
/// Whose request this is, and what this server makes anew.
constexpr std::array<std::string_view, 5> ours{"authorization", "host", "content-length", "expect",
                                               "x-forwarded-uri"};
constexpr std::array<std::string_view, 4> crossOrigin{
    "access-control-allow-credentials", "access-control-allow-headers", "access-control-allow-methods",
    "access-control-allow-origin"};

template <class List>
bool among(const List& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

/// The names a Connection header adds to those above.
std::set<std::string, std::less<>> namedByConnection(const Headers& headers) {
    std::set<std::string, std::less<>> names;
    for (const auto& [key, value] : headers) {
        if (key != "connection") continue;
        std::string name;
        for (const char c : value + ",") {
            if (c == ',') {
                if (!name.empty()) names.insert(std::exchange(name, {}));
            } else if (c != ' ' && c != '\t') {
                name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            }
        }
    }
    return names;
}

/// A Location on the same host, as a path behind the proxy; anything else as it is.
std::string locationBehindProxy(const std::string& location, const ProxyPath& path, const std::string& host,
                                std::string_view requestHost) {
    std::string_view rest = location;
    if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) {
        rest.remove_prefix(scheme + 3);
        const auto slash = std::min(rest.find_first_of("/?#"), rest.size());
        const std::string_view to = rest.substr(0, slash);
        if (to != host && to != requestHost) return location;
        rest.remove_prefix(slash);
        if (rest.empty()) rest = "/";
    }
    if (!rest.starts_with('/') || rest.starts_with("//")) return location;
    if (rest.starts_with(path.prefix)) return std::string(rest);
    return path.prefix + std::string(rest);
}

} // namespace

ProxyPath splitProxyPath(std::string_view path, std::size_t part) {
    if (part == 0) {
        const bool slash = path.ends_with('/');
        while (path.ends_with('/'))
            path.remove_suffix(1);
        return {std::string(path), slash ? "/" : ""};
    }
    // The end of the part before.
    std::size_t at = 0;
    for (std::size_t seen = 0; seen < part && at < path.size(); ++seen) {
        at = std::min(path.find_first_not_of('/', at), path.size());
        at = std::min(path.find('/', at), path.size());
    }
    return {std::string(path.substr(0, at)), std::string(path.substr(at))};
}

std::string proxiedHead(const Request& request, const std::string& target, const std::string& host,
                        bool upgrade) {
    std::string out = fmt::format("{} {} HTTP/1.1\r\nhost: {}\r\n", request.method, target, host);
    const auto named = namedByConnection(request.headers);
    for (const auto& [key, value] : request.headers) {
        if (among(hopByHop, key) || among(ours, key) || named.contains(key)) continue;
        if (key.starts_with("impersonate-") || key.starts_with("x-remote-") || key.starts_with(':')) continue;
        out += key + ": " + value + "\r\n";
    }
    if (upgrade)
        out += fmt::format("connection: Upgrade\r\nupgrade: {}\r\n", request.header("upgrade"));
    else
        out += "connection: close\r\n";
    const bool bodiless = request.method == "GET" || request.method == "HEAD";
    if (!request.body.empty() || !bodiless) out += fmt::format("content-length: {}\r\n", request.body.size());
    out += fmt::format("x-forwarded-uri: {}\r\n\r\n", request.path);
    return out;
}

Headers proxiedAnswerHeaders(const Headers& headers, const ProxyPath& path, const std::string& host,
                             std::string_view requestHost) {
    Headers out;
    const auto named = namedByConnection(headers);
    for (const auto& [key, value] : headers) {
        if (among(hopByHop, key) || among(crossOrigin, key) || named.contains(key)) continue;
        if (key == "content-length" || key == "audit-id") continue;
        if (key == "location" || key == "content-location")
            out.emplace_back(key, locationBehindProxy(value, path, host, requestHost));
        else
            out.emplace_back(key, value);
    }
    return out;
}

} // namespace wheelhouse::apiserver
