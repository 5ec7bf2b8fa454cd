#include "policy_peers.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

namespace wheelhouse::network {

namespace core = api::core;
namespace networking = api::networking;

namespace {

constexpr int mostPort = 65'535;
constexpr int dnsPort = 53;
constexpr std::int64_t isText = 1; ///< IntOrString

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

std::string protocolOf(const std::string& protocol) {
    return protocol.empty() ? "tcp" : lower(protocol);
}

std::string addressOf(const core::Pod& pod, const NodePlace& place) {
    const auto fits = [&](const std::string& address) {
        return !address.empty() && (address.find(':') != std::string::npos) == (place.family == "ip6");
    };
    for (const core::PodIP& address : pod.status().podips())
        if (fits(address.ip())) return address.ip();
    return fits(pod.status().podip()) ? pod.status().podip() : std::string();
}

template <class Containers>
void collectPorts(PolicyPod& into, const Containers& containers) {
    for (const core::Container& container : containers)
        for (const core::ContainerPort& port : container.ports())
            if (!port.name().empty())
                into.ports[protocolOf(port.protocol()) + "/" + port.name()].insert(port.containerport());
}

/// Ranges of ports of one protocol, told as text without overlap.
void tell(std::vector<std::string>& out, const std::string& protocol,
          std::vector<std::pair<int, int>> ranges) {
    std::sort(ranges.begin(), ranges.end());
    std::vector<std::pair<int, int>> merged;
    for (const auto& range : ranges) {
        if (!merged.empty() && range.first <= merged.back().second + 1)
            merged.back().second = std::max(merged.back().second, range.second);
        else
            merged.push_back(range);
    }
    for (const auto& [first, last] : merged)
        out.push_back(first == last ? fmt::format("{} . {}", protocol, first)
                                    : fmt::format("{} . {}-{}", protocol, first, last));
}

} // namespace

PolicyPods::PolicyPods(const NetworkObjects& objects, const NodePlace& place) {
    for (const auto& [key, nameSpace] : objects.namespaces)
        namespaces_[key] = {nameSpace->metadata().labels().begin(), nameSpace->metadata().labels().end()};
    for (const auto& [key, pod] : objects.pods) {
        const std::string& phase = pod->status().phase();
        PolicyPod out;
        out.address = addressOf(*pod, place);
        // A pod with the node's network is the node, as far as anybody can tell.
        if (out.address.empty() || pod->spec().hostnetwork() || phase == "Succeeded" || phase == "Failed")
            continue;
        out.nameSpace = pod->metadata().namespace_();
        out.name = pod->metadata().name();
        out.node = pod->spec().nodename();
        out.labels = {pod->metadata().labels().begin(), pod->metadata().labels().end()};
        collectPorts(out, pod->spec().containers());
        collectPorts(out, pod->spec().initcontainers()); // those that run on
        pods_.push_back(std::move(out));
    }
    for (const std::string& address : place.ownAddress) {
        PolicyPod server{"kube-system", "", "", address, {{"k8s-app", "kube-dns"}}, {}};
        server.ports = {{"udp/dns", {dnsPort}}, {"tcp/dns-tcp", {dnsPort}}};
        pods_.push_back(std::move(server));
    }
}

std::vector<const PolicyPod*> PolicyPods::matching(const networking::NetworkPolicyPeer& peer,
                                                   const std::string& nameSpace) const {
    std::vector<const PolicyPod*> out;
    if (!peer.has_podselector() && !peer.has_namespaceselector()) return out;
    const auto pods = api::LabelSelector::from(peer.podselector()); // none selects every pod
    const auto spaces = api::LabelSelector::from(peer.namespaceselector());
    if (!pods || !spaces) return out; // the API lets no such selector in
    for (const PolicyPod& pod : pods_) {
        if (peer.has_namespaceselector()) {
            const auto labels = namespaces_.find(pod.nameSpace);
            if (labels == namespaces_.end() || !spaces->matches(labels->second)) continue;
        } else if (pod.nameSpace != nameSpace) {
            continue;
        }
        if (pods->matches(pod.labels)) out.push_back(&pod);
    }
    return out;
}

std::vector<std::string>
portElements(const google::protobuf::RepeatedPtrField<networking::NetworkPolicyPort>& ports,
             const PolicyPod* pod) {
    std::map<std::string, std::vector<std::pair<int, int>>> ranges;
    for (const networking::NetworkPolicyPort& port : ports) {
        const std::string protocol = protocolOf(port.protocol());
        if (!port.has_port()) {
            ranges[protocol].push_back({0, mostPort});
        } else if (port.port().type() != isText) {
            const int first = port.port().intval();
            ranges[protocol].push_back({first, std::max(first, port.endport())});
        } else if (pod) {
            const auto named = pod->ports.find(protocol + "/" + port.port().strval());
            if (named == pod->ports.end()) continue;
            for (const int number : named->second)
                ranges[protocol].push_back({number, number});
        }
    }
    std::vector<std::string> out;
    for (const auto& [protocol, list] : ranges)
        tell(out, protocol, list);
    return out;
}

} // namespace wheelhouse::network
