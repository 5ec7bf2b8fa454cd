#include "engine/api/groups/networking.h"
#include "semantics/table_printers.h"

#include <fmt/format.h>

namespace wheelhouse::api::semantics {

namespace {

constexpr std::size_t shown = 3;

Cells ingress(const networking::Ingress& of, WallTime now) {
    const networking::IngressSpec& spec = of.spec();
    std::vector<std::string> hosts;
    for (const networking::IngressRule& rule : spec.rules())
        if (!rule.host().empty()) hosts.push_back(rule.host());
    std::vector<std::string> addresses;
    for (const auto& each : of.status().loadbalancer().ingress())
        addresses.push_back(each.ip().empty() ? each.hostname() : each.ip());
    return {of.metadata().name(),
            spec.has_ingressclassname() ? spec.ingressclassname() : "<none>",
            hosts.empty() ? "*" : firstOf(hosts, shown),
            joined(addresses),
            std::string(spec.tls().empty() ? "80" : "80, 443"),
            ageOf(of, now)};
}

Cells ingressClass(const networking::IngressClass& of, WallTime now) {
    std::string parameters = "<none>";
    if (of.spec().has_parameters()) {
        const auto& to = of.spec().parameters();
        parameters = to.kind();
        if (to.has_apigroup()) parameters += "." + to.apigroup();
        parameters += "/" + to.name();
    }
    return {of.metadata().name(), of.spec().controller(), parameters, ageOf(of, now)};
}

Cells networkPolicy(const networking::NetworkPolicy& of, WallTime now) {
    return {of.metadata().name(), selectorText(of.spec().podselector()), ageOf(of, now)};
}

Cells ipAddress(const networking::IPAddress& of, WallTime now) {
    std::string parent = "<none>";
    if (of.spec().has_parentref()) {
        const auto& to = of.spec().parentref();
        parent = to.resource() + (to.group().empty() ? "" : "." + to.group()) + "/" +
                 (to.namespace_().empty() ? "" : to.namespace_() + "/") + to.name();
    }
    return {of.metadata().name(), parent, ageOf(of, now)};
}

Cells serviceCidr(const networking::ServiceCIDR& of, WallTime now) {
    return {of.metadata().name(), joined({of.spec().cidrs().begin(), of.spec().cidrs().end()}),
            ageOf(of, now)};
}

Cells endpoints(const core::Endpoints& of, WallTime now) {
    std::vector<std::string> all;
    for (const core::EndpointSubset& subset : of.subsets()) {
        for (const core::EndpointAddress& address : subset.addresses()) {
            const std::string host =
                address.ip().find(':') == std::string::npos ? address.ip() : "[" + address.ip() + "]";
            if (subset.ports().empty()) all.push_back(address.ip());
            for (const core::EndpointPort& port : subset.ports())
                all.push_back(fmt::format("{}:{}", host, port.port()));
        }
    }
    return {of.metadata().name(), all.empty() ? "<none>" : firstOf(all, shown), ageOf(of, now)};
}

} // namespace

Printers networkPrinters() {
    return {printer<networking::Ingress>(
                {nameColumn(), text("Class", "Who serves it."), text("Hosts", "Its hosts."),
                 text("Address", "Where it can be reached."), text("Ports", "Its ports."), ageColumn()},
                ingress),
            printer<networking::IngressClass>({nameColumn(), text("Controller", "Who serves the class."),
                                               text("Parameters", "More settings."), ageColumn()},
                                              ingressClass),
            printer<networking::NetworkPolicy>(
                {nameColumn(), text("Pod-Selector", "Which pods it is about."), ageColumn()}, networkPolicy),
            printer<networking::IPAddress>({nameColumn(), text("ParentRef", "Who uses it."), ageColumn()},
                                           ipAddress),
            printer<networking::ServiceCIDR>({nameColumn(), text("CIDRs", "The ranges."), ageColumn()},
                                             serviceCidr),
            printer<core::Endpoints>({nameColumn(), text("Endpoints", "Addresses and ports."), ageColumn()},
                                     endpoints)};
}

} // namespace wheelhouse::api::semantics
