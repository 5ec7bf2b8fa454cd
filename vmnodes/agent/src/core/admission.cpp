#include "admission.h"

#include "engine/api/usage.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::agent {

namespace core = api::core;

namespace {

using Pods = std::vector<const core::Pod*>;

struct HostPort {
    std::string protocol;
    std::string ip;
    int port = 0;
};

std::vector<HostPort> hostPorts(const core::Pod& pod) {
    std::vector<HostPort> out;
    const auto take = [&](const core::Container& container) {
        for (const core::ContainerPort& port : container.ports())
            if (port.hostport() > 0)
                out.push_back({port.protocol().empty() ? "TCP" : port.protocol(),
                               port.hostip().empty() ? "0.0.0.0" : port.hostip(), port.hostport()});
    };
    for (const core::Container& container : pod.spec().containers())
        take(container);
    for (const core::Container& container : pod.spec().initcontainers())
        if (container.restartpolicy() == "Always") take(container);
    return out;
}

bool clash(const HostPort& a, const HostPort& b) {
    return a.port == b.port && a.protocol == b.protocol &&
           (a.ip == b.ip || a.ip == "0.0.0.0" || b.ip == "0.0.0.0");
}

bool portsTaken(const core::Pod& pod, const Pods& others) {
    const std::vector<HostPort> wanted = hostPorts(pod);
    if (wanted.empty()) return false;
    return std::any_of(others.begin(), others.end(), [&](const core::Pod* other) {
        const std::vector<HostPort> taken = hostPorts(*other);
        return std::any_of(taken.begin(), taken.end(), [&](const HostPort& one) {
            return std::any_of(wanted.begin(), wanted.end(),
                               [&](const HostPort& two) { return clash(one, two); });
        });
    });
}

std::int64_t counted(const std::string& resource, const api::Quantity& amount) {
    return resource == "cpu" ? amount.milli() : amount.units();
}

Rejection outOf(const std::string& resource, std::int64_t wanted, std::int64_t used, std::int64_t have) {
    return {"OutOf" + resource,
            fmt::format("Node didn't have enough resource: {}, requested: {}, used: {}, capacity: {}",
                        resource, wanted, used, have)};
}

std::optional<Rejection> whatLacks(const core::Pod& pod, const Pods& others, const core::NodeStatus& node) {
    const api::Amounts have = api::amountsOf(node.allocatable());
    if (have.empty()) return std::nullopt;
    const auto amount = [](const api::Amounts& amounts, const std::string& name) {
        const auto it = amounts.find(name);
        return it == amounts.end() ? 0 : counted(name, it->second);
    };
    const auto count = static_cast<std::int64_t>(others.size());
    if (count + 1 > amount(have, "pods")) return outOf("pods", 1, count, amount(have, "pods"));
    const api::Amounts wanted = api::podRequests(pod.spec());
    std::map<std::string, std::int64_t> used;
    if (!wanted.empty())
        for (const core::Pod* other : others)
            for (const auto& [name, quantity] : api::podRequests(other->spec()))
                used[name] += counted(name, quantity);
    for (const auto& [name, quantity] : wanted) {
        // What others gave the node, and what no node gives, is the scheduler's to count.
        const bool known = have.contains(name) || name.find('/') == std::string::npos;
        const std::int64_t ask = counted(name, quantity);
        if (known && ask > 0 && ask > amount(have, name) - used[name])
            return outOf(name, ask, used[name], amount(have, name));
    }
    return std::nullopt;
}

} // namespace

std::optional<Rejection> whyRejected(const core::Pod& pod, const Pods& others, const core::NodeStatus& node) {
    const std::string& system = pod.spec().os().name();
    if (!system.empty() && system != "linux")
        return Rejection{"PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS"};
    if (auto lack = whatLacks(pod, others, node)) return lack;
    if (portsTaken(pod, others))
        return Rejection{
            "NodePorts",
            "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"};
    return std::nullopt;
}

} // namespace wheelhouse::agent
