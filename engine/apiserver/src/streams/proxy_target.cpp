#include "streams/proxy_target.h"

#include "engine/api/types.h"
#include "errors.h"
#include "verbs.h"

#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>
#include <vector>

namespace wheelhouse::apiserver {

using api::core::Pod;

namespace {

constexpr std::uint16_t agentPort = 10250; ///< where a kubelet would serve what the agent does

struct TargetId {
    std::string scheme;
    std::string name;
    std::string port;
};

/// Nothing when it is none of the three forms.
std::optional<TargetId> parseId(const std::string& id) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= id.size();) {
        const std::size_t end = std::min(id.find(':', begin), id.size());
        parts.push_back(id.substr(begin, end - begin));
        begin = end + 1;
    }
    TargetId out;
    if (parts.size() == 1)
        out.name = parts[0];
    else if (parts.size() == 2)
        out = {"", parts[0], parts[1]};
    else if (parts.size() == 3)
        out = {parts[0], parts[1], parts[2]};
    const bool known = out.scheme.empty() || out.scheme == "http" || out.scheme == "https";
    if (parts.size() > 3 || out.name.empty() || !known) return std::nullopt;
    return out;
}

std::optional<std::uint16_t> number(const std::string& text) {
    std::uint16_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stop != text.data() + text.size() || value == 0) return std::nullopt;
    return value;
}

/// Whether traffic may go to an address at all: nothing of the machine's own, no multicast.
bool proxyable(const std::string& address) {
    in_addr v4{};
    in6_addr v6{};
    if (::inet_pton(AF_INET, address.c_str(), &v4) == 1) {
        const std::uint32_t ip = ntohl(v4.s_addr);
        const bool loopback = (ip >> 24) == 127;
        const bool linkLocal = (ip >> 16) == 0xA9FE;
        return ip != 0 && !loopback && !linkLocal && (ip >> 28) < 0xE;
    }
    return ::inet_pton(AF_INET6, address.c_str(), &v6) == 1 && !IN6_IS_ADDR_LOOPBACK(&v6) &&
           !IN6_IS_ADDR_UNSPECIFIED(&v6) && !IN6_IS_ADDR_LINKLOCAL(&v6) && !IN6_IS_ADDR_MULTICAST(&v6);
}

Result<ProxyTarget> targetOf(const Pod& pod, const std::string& address, std::uint16_t port, bool tls) {
    if (!proxyable(address)) return fail(Reason::BadRequest, "address not allowed");
    ProxyTarget target;
    target.node = NodeName(pod.spec().nodename());
    target.port.nameSpace = pod.metadata().namespace_();
    target.port.pod = pod.metadata().name();
    target.port.podUid = Uid(pod.metadata().uid());
    target.port.port = port;
    target.port.ownAddress = true;
    target.tls = tls;
    target.host = fmt::format("{}:{}", address, port);
    return target;
}

std::string firstPort(const Pod& pod, bool tls) {
    for (const auto& container : pod.spec().containers())
        if (container.ports_size() > 0) return std::to_string(container.ports(0).containerport());
    return tls ? "443" : "80";
}

Status noEndpoints(const std::string& name) {
    return {.reason = Reason::ServiceUnavailable,
            .message = fmt::format("no endpoints available for service \"{}\"", name)};
}

/// The name of the port a service is asked for: numbers are those of the service.
Result<std::string> servicePortName(const api::core::Service& service, const std::string& wanted) {
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), value);
    if (wanted.empty() || error != std::errc() || stop != wanted.data() + wanted.size()) return wanted;
    for (const auto& port : service.spec().ports())
        if (port.port() == value) return port.name();
    return fail(Reason::ServiceUnavailable,
                fmt::format("no service port {} found for service \"{}\"", value, service.metadata().name()));
}

} // namespace

Result<ProxyTarget> podProxyTarget(Core& core, const std::string& nameSpace, const std::string& id) {
    const auto parsed = parseId(id);
    if (!parsed) return fail(Reason::BadRequest, fmt::format("invalid pod request \"{}\"", id));
    auto object = getObject(core, api::kindOf<Pod>(), nameSpace, parsed->name);
    if (!object) return fail(object.error());
    const Pod& pod = (*object)->as<Pod>();
    const bool tls = parsed->scheme == "https";
    const auto port = number(parsed->port.empty() ? firstPort(pod, tls) : parsed->port);
    if (!port) return fail(Reason::BadRequest, fmt::format("invalid pod request \"{}\"", id));
    return targetOf(pod, pod.status().podip(), *port, tls);
}

Result<ProxyTarget> serviceProxyTarget(Core& core, const std::string& nameSpace, const std::string& id) {
    const auto parsed = parseId(id);
    if (!parsed) return fail(Reason::BadRequest, fmt::format("invalid service request \"{}\"", id));
    auto object = getObject(core, api::kindOf<api::core::Service>(), nameSpace, parsed->name);
    if (!object) return fail(object.error());
    const auto& service = (*object)->as<api::core::Service>();
    auto portName = servicePortName(service, parsed->port);
    if (!portName) return fail(portName.error());
    auto selection = makeSelection(api::kindOf<api::discovery::EndpointSlice>(), nameSpace,
                                   "kubernetes.io/service-name=" + parsed->name, "");
    if (!selection) return fail(selection.error());
    auto slices = listObjects(core, ListQuery{std::move(*selection), 0, "", "", ""});
    if (!slices) return fail(slices.error());
    struct Choice {
        api::core::ObjectReference pod;
        std::string address;
        std::uint16_t port;
    };
    std::vector<Choice> choices;
    for (const auto& each : slices->items) {
        const auto& slice = each->as<api::discovery::EndpointSlice>();
        for (const auto& port : slice.ports()) {
            if (port.name() != *portName) continue;
            for (const auto& endpoint : slice.endpoints())
                if (endpoint.addresses_size() > 0 && endpoint.targetref().kind() == "Pod" &&
                    (!endpoint.conditions().has_ready() || endpoint.conditions().ready()))
                    choices.push_back({endpoint.targetref(), endpoint.addresses(0),
                                       static_cast<std::uint16_t>(port.port())});
        }
    }
    if (choices.empty()) return fail(noEndpoints(id));
    const Choice& chosen = choices[core.random.below(choices.size())];
    auto pod = getObject(core, api::kindOf<Pod>(), nameSpace, chosen.pod.name());
    // The slice says what it likes; what counts is the pod it names.
    if (!pod || (*pod)->uid() != Uid(chosen.pod.uid())) return fail(noEndpoints(id));
    return targetOf((*pod)->as<Pod>(), chosen.address, chosen.port, parsed->scheme == "https");
}

Result<ProxyTarget> nodeProxyTarget(Core& core, const std::string& id) {
    const auto parsed = parseId(id);
    if (!parsed) return fail(Reason::BadRequest, fmt::format("invalid node request \"{}\"", id));
    auto object = getObject(core, api::kindOf<api::core::Node>(), "", parsed->name);
    if (!object) return fail(object.error());
    // Whatever addresses and ports the Node object has: the one thing there is of a node is its agent.
    if (!parsed->port.empty() && number(parsed->port) != agentPort)
        return fail(Reason::BadRequest, "address not allowed");
    ProxyTarget target;
    target.node = NodeName(parsed->name);
    target.port.port = agentPort;
    target.host = fmt::format("{}:{}", parsed->name, agentPort);
    return target;
}

} // namespace wheelhouse::apiserver
