#pragma once

#include "api_bench.h"
#include "engine/framing/spdy.h"
#include "engine/framing/websocket.h"

#include <map>
#include <string>
#include <vector>

namespace wheelhouse::apiserver::test {

inline const std::string podsPath = "/api/v1/namespaces/default/pods";

/// A pod bound to node n1; true when the API server took it.
inline bool makePod(ApiBench& bench, const std::string& name, const std::string& more = {}) {
    const std::string pod =
        J("{'apiVersion':'v1','kind':'Pod','metadata':{'name':'" + name + "'},'spec':{'nodeName':'n1'," +
          more + "'containers':[{'name':'c','image':'i','ports':[{'containerPort':8080}]}]}}");
    return bench.send("POST", podsPath, pod, {{"content-type", "application/json"}}).code == 201;
}

inline Headers webSocketHeaders(const std::string& protocols) {
    Headers headers{{"connection", "Upgrade"},
                    {"upgrade", "websocket"},
                    {"sec-websocket-version", "13"},
                    {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
    if (!protocols.empty()) headers.emplace_back("sec-websocket-protocol", protocols);
    return headers;
}

inline Headers spdyHeaders(const std::vector<std::string>& protocols) {
    Headers headers{{"connection", "Upgrade"}, {"upgrade", "SPDY/3.1"}};
    for (const std::string& protocol : protocols)
        headers.emplace_back("x-stream-protocol-version", protocol);
    return headers;
}

inline std::string headerOf(const Headers& headers, std::string_view name) {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

/// A frame as a client sends it: masked.
inline std::string clientFrame(framing::WebSocketOpcode opcode, std::string_view payload) {
    std::string frame = framing::webSocketFrame(opcode, payload);
    std::string out = frame.substr(0, frame.size() - payload.size());
    out[1] = static_cast<char>(out[1] | 0x80);
    const std::string mask = "\x11\x22\x33\x44";
    out += mask;
    for (std::size_t i = 0; i < payload.size(); ++i)
        out += static_cast<char>(payload[i] ^ mask[i % 4]);
    return out;
}

inline std::string message(char channel, std::string_view bytes) {
    return clientFrame(framing::WebSocketOpcode::Binary, std::string(1, channel) + std::string(bytes));
}

/// What a server's WebSocket frames (unmasked, whole) carried: the opcode's number and the payload of each.
inline std::vector<std::pair<int, std::string>> serverFrames(std::string_view bytes) {
    std::vector<std::pair<int, std::string>> out;
    while (bytes.size() >= 2) {
        std::size_t size = static_cast<unsigned char>(bytes[1]) & 0x7f;
        std::size_t at = 2;
        const std::size_t extra = size == 126 ? 2 : size == 127 ? 8 : 0;
        if (extra > 0) size = 0;
        for (std::size_t i = 0; i < extra; ++i)
            size = size << 8 | static_cast<unsigned char>(bytes[at + i]);
        at += extra;
        out.emplace_back(bytes[0] & 0x0f, std::string(bytes.substr(at, size)));
        bytes.remove_prefix(std::min(bytes.size(), at + size));
    }
    return out;
}

/// The bytes of each channel, put together.
inline std::map<int, std::string> channels(std::string_view bytes) {
    std::map<int, std::string> out;
    for (const auto& [opcode, payload] : serverFrames(bytes))
        if (opcode <= 2 && !payload.empty()) out[payload[0]] += payload.substr(1);
    return out;
}

} // namespace wheelhouse::apiserver::test
