#include "streams/upgrade.h"

#include "engine/framing/websocket.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::apiserver {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

/// The comma-separated values of all headers of a name.
std::vector<std::string> listOf(const Request& request, std::string_view name) {
    std::vector<std::string> out;
    for (const auto& [key, value] : request.headers) {
        if (key != name) continue;
        for (std::size_t begin = 0; begin <= value.size();) {
            const std::size_t end = std::min(value.find(',', begin), value.size());
            if (const auto item = trimmed(std::string_view(value).substr(begin, end - begin)); !item.empty())
                out.emplace_back(item);
            begin = end + 1;
        }
    }
    return out;
}

bool mentions(const Request& request, std::string_view header, std::string_view word) {
    const auto values = listOf(request, header);
    return std::any_of(values.begin(), values.end(), [&](const auto& value) { return lower(value) == word; });
}

std::string joined(const auto& words) {
    std::string out;
    for (const auto& word : words)
        out.append(out.empty() ? "" : " ").append(word);
    return out;
}

} // namespace

std::string UpgradeRequest::choose(const std::vector<std::string_view>& served) const {
    for (const auto& protocol : protocols)
        if (std::find(served.begin(), served.end(), protocol) != served.end()) return protocol;
    return {};
}

UpgradeRequest upgradeOf(const Request& request) {
    UpgradeRequest out;
    if (!mentions(request, "connection", "upgrade")) return out;
    if (mentions(request, "upgrade", "websocket")) {
        out.key = request.header("sec-websocket-key");
        out.protocols = listOf(request, "sec-websocket-protocol");
        const bool sound = request.method == "GET" && request.header("sec-websocket-version") == "13" &&
                           framing::webSocketKeyIsSane(out.key);
        if (sound) out.to = UpgradeRequest::To::WebSocket;
    } else if (mentions(request, "upgrade", "spdy/3.1")) {
        out.protocols = listOf(request, "x-stream-protocol-version");
        out.to = UpgradeRequest::To::Spdy;
    }
    return out;
}

Headers upgradeHeaders(const UpgradeRequest& request, const std::string& protocol) {
    Headers headers{{"connection", "Upgrade"}};
    if (request.to == UpgradeRequest::To::WebSocket) {
        headers.emplace_back("upgrade", "websocket");
        headers.emplace_back("sec-websocket-accept", framing::webSocketAccept(request.key));
        if (!protocol.empty()) headers.emplace_back("sec-websocket-protocol", protocol);
    } else {
        headers.emplace_back("upgrade", "SPDY/3.1");
        if (!protocol.empty()) headers.emplace_back("x-stream-protocol-version", protocol);
    }
    return headers;
}

Response plainRefusal(int code, const std::string& text) {
    Response response;
    response.code = code;
    response.headers = {{"content-type", "text/plain; charset=utf-8"}, {"x-content-type-options", "nosniff"}};
    response.body = std::make_shared<const std::string>(text + "\n");
    return response;
}

Response noCommonProtocol(const UpgradeRequest& request, const std::vector<std::string_view>& served) {
    if (request.to == UpgradeRequest::To::Spdy && request.protocols.empty())
        return plainRefusal(400, "unable to upgrade: X-Stream-Protocol-Version is required");
    Response response = plainRefusal(
        403, fmt::format("unable to upgrade: unable to negotiate protocol: client supports [{}], server "
                         "accepts [{}]",
                         joined(request.protocols), joined(served)));
    if (request.to == UpgradeRequest::To::Spdy)
        for (const std::string_view protocol : served)
            response.headers.emplace_back("x-accepted-stream-protocol-versions", protocol);
    return response;
}

} // namespace wheelhouse::apiserver
