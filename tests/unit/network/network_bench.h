#pragma once

#include "vmnodes/network/network_objects.h"
#include "vmnodes/network/policy_rules.h"
#include "vmnodes/network/service_rules.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>

namespace wheelhouse::tests {

namespace core = api::core;
namespace discovery = api::discovery;
namespace networking = api::networking;

/// A cluster's objects in the hands of a test, as a node would know them.
struct NetworkBench {
    network::NetworkObjects objects;
    network::NodePlace place{"node-1", "zone-a", "10.244.1.0/24", "ip", {}};

    static core::Service service(const std::string& name, const std::string& address,
                                 const std::string& type = "ClusterIP") {
        core::Service out;
        out.mutable_metadata()->set_name(name);
        out.mutable_metadata()->set_namespace_("default");
        out.mutable_spec()->set_type(type);
        out.mutable_spec()->set_clusterip(address);
        out.mutable_spec()->add_clusterips(address);
        port(out, "http", 80);
        return out;
    }
    static core::ServicePort& port(core::Service& service, const std::string& name, int number,
                                   const std::string& protocol = "TCP") {
        core::ServicePort& port = *service.mutable_spec()->add_ports();
        port.set_name(name);
        port.set_port(number);
        port.set_protocol(protocol);
        return port;
    }
    static discovery::EndpointSlice slice(const std::string& service, const std::string& suffix = "1") {
        discovery::EndpointSlice out;
        out.mutable_metadata()->set_name(service + "-" + suffix);
        out.mutable_metadata()->set_namespace_("default");
        (*out.mutable_metadata()->mutable_labels())["kubernetes.io/service-name"] = service;
        out.set_addresstype("IPv4");
        port(out, "http", 8080);
        return out;
    }
    static void port(discovery::EndpointSlice& slice, const std::string& name, int number,
                     const std::string& protocol = "TCP") {
        discovery::EndpointPort& port = *slice.add_ports();
        port.set_name(name);
        port.set_port(number);
        port.set_protocol(protocol);
    }
    static discovery::Endpoint& endpoint(discovery::EndpointSlice& slice, const std::string& address,
                                         const std::string& node = "node-2") {
        discovery::Endpoint& out = *slice.add_endpoints();
        out.add_addresses(address);
        out.set_nodename(node);
        out.mutable_conditions()->set_ready(true);
        return out;
    }
    /// As an endpoint of a pod that is being stopped and still answers.
    static void ending(discovery::Endpoint& endpoint) {
        endpoint.mutable_conditions()->set_ready(false);
        endpoint.mutable_conditions()->set_serving(true);
        endpoint.mutable_conditions()->set_terminating(true);
    }
    void put(const core::Service& service) {
        objects.set(network::serviceKind, "default", service.metadata().name(), service.SerializeAsString());
    }
    void put(const discovery::EndpointSlice& slice) {
        objects.set(network::sliceKind, "default", slice.metadata().name(), slice.SerializeAsString());
    }
    /// A service "web" at 10.96.0.9 with backends at these addresses, all ready.
    void web(std::initializer_list<std::pair<const char*, const char*>> backends) {
        put(service("web", "10.96.0.9"));
        discovery::EndpointSlice made = slice("web");
        for (const auto& [address, node] : backends)
            endpoint(made, address, node);
        put(made);
    }

    void nameSpace(const std::string& name, const std::map<std::string, std::string>& labels = {}) {
        core::Namespace out;
        out.mutable_metadata()->set_name(name);
        out.mutable_metadata()->mutable_labels()->insert(labels.begin(), labels.end());
        objects.set(network::namespaceKind, "", name, out.SerializeAsString());
    }
    static core::Pod pod(const std::string& name, const std::string& address, const std::string& node,
                         const std::string& nameSpace = "default") {
        core::Pod out;
        out.mutable_metadata()->set_name(name);
        out.mutable_metadata()->set_namespace_(nameSpace);
        (*out.mutable_metadata()->mutable_labels())["app"] = name;
        out.mutable_spec()->set_nodename(node);
        out.mutable_status()->set_phase("Running");
        out.mutable_status()->set_podip(address);
        return out;
    }
    void put(const core::Pod& pod) {
        objects.set(network::podKind, pod.metadata().namespace_(), pod.metadata().name(),
                    pod.SerializeAsString());
    }
    void put(const networking::NetworkPolicy& policy) {
        objects.set(network::policyKind, policy.metadata().namespace_(), policy.metadata().name(),
                    policy.SerializeAsString());
    }
    /// Selects pods by their label "app"; with none, all of the namespace.
    static networking::NetworkPolicy policy(const std::string& name, const std::string& app,
                                            std::initializer_list<const char*> types,
                                            const std::string& nameSpace = "default") {
        networking::NetworkPolicy out;
        out.mutable_metadata()->set_name(name);
        out.mutable_metadata()->set_namespace_(nameSpace);
        auto& selector = *out.mutable_spec()->mutable_podselector();
        if (!app.empty()) (*selector.mutable_matchlabels())["app"] = app;
        for (const char* type : types)
            out.mutable_spec()->add_policytypes(type);
        return out;
    }

    network::NftTable services() const { return network::serviceRules(objects, place); }
    network::NftTable policies() const { return network::policyRules(objects, place); }
};

/// Whether a rule of the chain has `part` in it.
inline bool hasRule(const network::NftTable& table, const std::string& chain, const std::string& part) {
    const auto it = table.chains.find(chain);
    if (it == table.chains.end()) return false;
    return std::any_of(it->second.rules.begin(), it->second.rules.end(),
                       [&](const std::string& rule) { return rule.find(part) != std::string::npos; });
}

/// The value at a key of a map, "-" where it has no such key.
inline std::string entry(const network::NftTable& table, const std::string& map, const std::string& key) {
    const auto set = table.sets.find(map);
    if (set == table.sets.end()) return "-";
    const auto it = set->second.entries.find(key);
    return it == set->second.entries.end() ? "-" : it->second;
}

/// The keys of a set, with a blank between.
inline std::string keys(const network::NftTable& table, const std::string& name) {
    const auto set = table.sets.find(name);
    if (set == table.sets.end()) return "-";
    std::string out;
    for (const auto& [key, value] : set->second.entries)
        out += (out.empty() ? "" : " ") + key;
    return out;
}

} // namespace wheelhouse::tests
