#include "semantics/table_cells.h"

#include "engine/api/selector.h"
#include "engine/api/time.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

std::string externalAddress(const core::Service& service) {
    const core::ServiceSpec& spec = service.spec();
    std::vector<std::string> out;
    if (spec.type() == "ExternalName") return spec.externalname();
    if (spec.type() == "LoadBalancer") {
        for (const auto& ingress : service.status().loadbalancer().ingress()) {
            out.push_back(ingress.ip().empty() ? ingress.hostname() : ingress.ip());
        }
    }
    out.insert(out.end(), spec.externalips().begin(), spec.externalips().end());
    if (!out.empty()) return joined(out);
    return spec.type() == "LoadBalancer" ? "<pending>" : "<none>";
}

std::string portList(const core::ServiceSpec& spec) {
    std::vector<std::string> out;
    for (const core::ServicePort& port : spec.ports()) {
        out.push_back(port.nodeport() > 0
                          ? fmt::format("{}:{}/{}", port.port(), port.nodeport(), port.protocol())
                          : fmt::format("{}/{}", port.port(), port.protocol()));
    }
    return orNone(joined(out));
}

/// At most three, then how many more.
std::string firstThree(std::vector<std::string> all) {
    constexpr std::size_t shown = 3;
    if (all.empty()) return "<unset>";
    const std::size_t more = all.size() > shown ? all.size() - shown : 0;
    all.resize(all.size() - more);
    return more == 0 ? joined(all) : fmt::format("{} + {} more...", joined(all), more);
}

std::string nodeStatus(const core::Node& node) {
    std::string out = "Unknown";
    for (const core::NodeCondition& condition : node.status().conditions()) {
        if (condition.type() == "Ready") out = condition.status() == "True" ? "Ready" : "NotReady";
    }
    return node.spec().unschedulable() ? out + ",SchedulingDisabled" : out;
}

std::string nodeRoles(const core::Node& node) {
    constexpr std::string_view prefix = "node-role.kubernetes.io/";
    std::set<std::string> roles;
    for (const auto& [key, value] : node.metadata().labels()) {
        if (key.starts_with(prefix) && key.size() > prefix.size()) roles.insert(key.substr(prefix.size()));
        if (key == "kubernetes.io/role" && !value.empty()) roles.insert(value);
    }
    return orNone(joined({roles.begin(), roles.end()}));
}

std::string nodeAddress(const core::Node& node, std::string_view type) {
    for (const core::NodeAddress& address : node.status().addresses()) {
        if (address.type() == type) return address.address();
    }
    return "<none>";
}

std::string orUnknown(const std::string& text) {
    return text.empty() ? "<unknown>" : text;
}

std::string eventSource(const core::Event& event) {
    const std::string& component =
        event.source().component().empty() ? event.reportingcomponent() : event.source().component();
    const std::string& host =
        event.source().host().empty() ? event.reportinginstance() : event.source().host();
    return host.empty() ? component : component + ", " + host;
}

std::string lower(std::string text) {
    for (char& c : text)
        c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return text;
}

std::string stripped(const std::string& text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

} // namespace

std::string templateContainers(const core::PodTemplateSpec& of, bool images) {
    std::vector<std::string> out;
    for (const core::Container& container : of.spec().containers()) {
        out.push_back(images ? container.image() : container.name());
    }
    return joined(out);
}

std::string selectorText(const meta::LabelSelector& selector) {
    const Result<LabelSelector> parsed = LabelSelector::from(selector);
    if (!parsed) return "<error>";
    return orNone(parsed->toString());
}

std::string labelsText(const google::protobuf::Map<std::string, std::string>& labels) {
    std::vector<std::string> out;
    for (const auto& [key, value] : std::map<std::string, std::string>(labels.begin(), labels.end()))
        out.push_back(key + "=" + value);
    return orNone(joined(out));
}

std::string momentText(const meta::Time& time) {
    return time.has_seconds() ? formatSeconds(time.seconds()) : "<unknown>";
}

std::string firstOf(std::vector<std::string> all, std::size_t shown) {
    const std::size_t more = all.size() > shown ? all.size() - shown : 0;
    all.resize(all.size() - more);
    return more == 0 ? joined(all) : fmt::format("{} + {} more...", joined(all), more);
}

std::string since(const meta::Time& time, WallTime now) {
    return time.seconds() == 0 ? "<unknown>" : humanDuration(now - fromTime(time));
}

std::string since(const meta::MicroTime& time, WallTime now) {
    return time.seconds() == 0 ? "<unknown>" : humanDuration(now - fromTime(time));
}

std::string orNone(const std::string& text) {
    return text.empty() ? "<none>" : text;
}

std::string joined(const std::vector<std::string>& texts) {
    return fmt::format("{}", fmt::join(texts, ","));
}

Cells deploymentCells(const apps::Deployment& deployment, WallTime now) {
    const apps::DeploymentSpec& spec = deployment.spec();
    const apps::DeploymentStatus& status = deployment.status();
    return {deployment.metadata().name(),
            fmt::format("{}/{}", status.readyreplicas(), spec.replicas()),
            std::int64_t{status.updatedreplicas()},
            std::int64_t{status.availablereplicas()},
            since(deployment.metadata().creationtimestamp(), now),
            templateContainers(spec.template_(), false),
            templateContainers(spec.template_(), true),
            selectorText(spec.selector())};
}

Cells replicaSetCells(const apps::ReplicaSet& set, WallTime now) {
    const apps::ReplicaSetSpec& spec = set.spec();
    return {set.metadata().name(),
            std::int64_t{spec.replicas()},
            std::int64_t{set.status().replicas()},
            std::int64_t{set.status().readyreplicas()},
            since(set.metadata().creationtimestamp(), now),
            templateContainers(spec.template_(), false),
            templateContainers(spec.template_(), true),
            selectorText(spec.selector())};
}

Cells serviceCells(const core::Service& service, WallTime now) {
    const core::ServiceSpec& spec = service.spec();
    std::vector<std::string> selector;
    for (const auto& [key, value] :
         std::map<std::string, std::string>(spec.selector().begin(), spec.selector().end())) {
        selector.push_back(key + "=" + value);
    }
    return {service.metadata().name(),
            spec.type(),
            orNone(spec.clusterips_size() > 0 ? spec.clusterips(0) : spec.clusterip()),
            externalAddress(service),
            portList(spec),
            since(service.metadata().creationtimestamp(), now),
            orNone(joined(selector))};
}

Cells endpointSliceCells(const discovery::EndpointSlice& slice, WallTime now) {
    std::vector<std::string> ports;
    for (const discovery::EndpointPort& port : slice.ports()) {
        if (port.has_port()) {
            ports.push_back(std::to_string(port.port()));
        } else {
            ports.push_back(port.name().empty() ? "*" : port.name());
        }
    }
    std::vector<std::string> addresses;
    for (const discovery::Endpoint& endpoint : slice.endpoints()) {
        addresses.insert(addresses.end(), endpoint.addresses().begin(), endpoint.addresses().end());
    }
    return {slice.metadata().name(), slice.addresstype(), firstThree(std::move(ports)),
            firstThree(std::move(addresses)), since(slice.metadata().creationtimestamp(), now)};
}

Cells nodeCells(const core::Node& node, WallTime now) {
    const core::NodeSystemInfo& info = node.status().nodeinfo();
    return {node.metadata().name(),
            nodeStatus(node),
            nodeRoles(node),
            since(node.metadata().creationtimestamp(), now),
            info.kubeletversion(),
            nodeAddress(node, "InternalIP"),
            nodeAddress(node, "ExternalIP"),
            orUnknown(info.osimage()),
            orUnknown(info.kernelversion()),
            orUnknown(info.containerruntimeversion())};
}

Cells eventCells(const core::Event& event, WallTime now) {
    const std::string first = event.firsttimestamp().seconds() != 0 ? since(event.firsttimestamp(), now)
                                                                    : since(event.eventtime(), now);
    std::string last = event.lasttimestamp().seconds() != 0 ? since(event.lasttimestamp(), now) : first;
    std::int64_t count = std::max(1, event.count());
    if (event.has_series()) {
        last = since(event.series().lastobservedtime(), now);
        count = event.series().count();
    }
    const std::string kind = lower(event.involvedobject().kind());
    const std::string& name = event.involvedobject().name();
    return {last,
            event.type(),
            event.reason(),
            name.empty() ? kind : kind + "/" + name,
            event.involvedobject().fieldpath(),
            eventSource(event),
            stripped(event.message()),
            first,
            count,
            event.metadata().name()};
}

Cells machineCells(const lab::Machine& machine, WallTime now) {
    const lab::MachineSpec& spec = machine.spec();
    const lab::MachineStatus& status = machine.status();
    return {machine.metadata().name(),
            spec.provider(),
            status.phase().empty() ? "Pending" : status.phase(),
            orNone(spec.zone()),
            orNone(status.accelerator()),
            since(machine.metadata().creationtimestamp(), now),
            std::int64_t{spec.cpus()},
            fmt::format("{}Mi", spec.memorymib()),
            status.message()};
}

} // namespace wheelhouse::api::semantics
