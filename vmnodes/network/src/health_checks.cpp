#include "vmnodes/network/health_checks.h"

#include <fmt/format.h>
#include <set>

namespace wheelhouse::network {

namespace {

int readyHere(const NetworkObjects::Map<api::discovery::EndpointSlice>& slices, const NodePlace& place) {
    std::set<std::string> addresses;
    for (const auto& [name, slice] : slices)
        for (const api::discovery::Endpoint& endpoint : slice->endpoints())
            if (endpoint.nodename() == place.node && endpoint.addresses_size() > 0 &&
                (!endpoint.conditions().has_ready() || endpoint.conditions().ready()))
                addresses.insert(endpoint.addresses(0));
    return static_cast<int>(addresses.size());
}

} // namespace

std::map<int, HealthCheck> healthChecks(const NetworkObjects& objects, const NodePlace& place) {
    std::map<int, HealthCheck> out;
    for (const auto& [key, service] : objects.services) {
        if (service->spec().healthchecknodeport() == 0) continue;
        HealthCheck& check = out[service->spec().healthchecknodeport()];
        check.nameSpace = service->metadata().namespace_();
        check.name = service->metadata().name();
        if (const auto slices = objects.slices.find(key); slices != objects.slices.end())
            check.local = readyHere(slices->second, place);
    }
    return out;
}

std::string healthAnswer(const HealthCheck& check) {
    // Names of objects need no escaping.
    const std::string body =
        fmt::format("{{\n\t\"service\": {{\n\t\t\"namespace\": \"{}\",\n\t\t\"name\": \"{}\"\n\t}},\n"
                    "\t\"localEndpoints\": {},\n\t\"serviceProxyHealthy\": true\n}}\n",
                    check.nameSpace, check.name, check.local);
    return fmt::format(
        "HTTP/1.1 {}\r\nContent-Type: application/json\r\nX-Content-Type-Options: nosniff\r\n"
        "X-Load-Balancing-Endpoint-Weight: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
        check.local > 0 ? "200 OK" : "503 Service Unavailable", check.local, body.size(), body);
}

} // namespace wheelhouse::network
