#include "vmnodes/network/service_variables.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace wheelhouse::network {

namespace core = api::core;

namespace {

std::string variableName(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return c == '-' ? '_' : std::toupper(c); });
    return text;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

void add(std::map<std::string, std::string>& out, const core::Service& service) {
    const core::ServiceSpec& spec = service.spec();
    if (spec.clusterip().empty() || spec.clusterip() == "None" || spec.ports().empty()) return;
    const std::string prefix = variableName(service.metadata().name());
    const std::string& address = spec.clusterip();
    const std::string host = address.find(':') == std::string::npos ? address : "[" + address + "]";
    out[prefix + "_SERVICE_HOST"] = address;
    out[prefix + "_SERVICE_PORT"] = std::to_string(spec.ports(0).port());
    for (const core::ServicePort& port : spec.ports()) {
        const std::string number = std::to_string(port.port());
        if (!port.name().empty()) out[prefix + "_SERVICE_PORT_" + variableName(port.name())] = number;
        const std::string protocol = port.protocol().empty() ? "TCP" : port.protocol();
        const std::string url = fmt::format("{}://{}:{}", lower(protocol), host, number);
        if (&port == &spec.ports(0)) out[prefix + "_PORT"] = url;
        const std::string one = fmt::format("{}_PORT_{}_{}", prefix, number, protocol);
        out[one] = url;
        out[one + "_PROTO"] = lower(protocol);
        out[one + "_PORT"] = number;
        out[one + "_ADDR"] = address;
    }
}

} // namespace

std::map<std::string, std::string> serviceVariables(const NetworkObjects& objects,
                                                    const std::string& nameSpace, bool links) {
    std::map<std::string, std::string> out;
    if (const auto api = objects.services.find("default/kubernetes"); api != objects.services.end())
        add(out, *api->second);
    const std::string prefix = nameSpace + "/";
    if (links)
        for (auto it = objects.services.lower_bound(prefix);
             it != objects.services.end() && it->first.starts_with(prefix); ++it)
            add(out, *it->second);
    return out;
}

} // namespace wheelhouse::network
