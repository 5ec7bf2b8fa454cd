#include "engine/api/codec.h"
#include "semantics/rules.h"

#include <fmt/format.h>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

const Path metadata("metadata");
const Path spec("spec");

bool usesNodePorts(const core::ServiceSpec& of) {
    return of.type() == "NodePort" || of.type() == "LoadBalancer";
}
bool isHeadless(const core::ServiceSpec& of) {
    return of.clusterip() == "None";
}

void validatePorts(const core::ServiceSpec& of, Problems& problems) {
    const Path ports = spec.child("ports");
    if (of.ports().empty() && !isHeadless(of) && of.type() != "ExternalName") problems.required(ports);
    std::set<std::string> names;
    std::set<std::pair<std::string, int>> numbers;
    std::set<std::pair<std::string, int>> nodePorts;
    for (int i = 0; i < of.ports_size(); ++i) {
        const core::ServicePort& port = of.ports(i);
        const Path at = ports.index(static_cast<std::size_t>(i));
        if (port.name().empty()) {
            if (of.ports_size() > 1) problems.required(at.child("name"));
        } else {
            problems.invalid(at.child("name"), port.name(), dnsLabel(port.name()));
            if (!names.insert(port.name()).second) problems.duplicate(at.child("name"), port.name());
        }
        problems.port(at.child("port"), port.port());
        problems.oneOf(at.child("protocol"), port.protocol(), protocols());
        validatePort(port.targetport(), at.child("targetPort"), problems);
        if (port.has_appprotocol()) {
            problems.invalid(at.child("appProtocol"), port.appprotocol(), qualifiedName(port.appprotocol()));
        }
        if (port.nodeport() != 0) {
            if (!usesNodePorts(of)) {
                problems.forbidden(at.child("nodePort"),
                                   fmt::format("may not be used when `type` is '{}'", of.type()));
            } else if (!nodePorts.emplace(port.protocol(), port.nodeport()).second) {
                problems.duplicateJson(at.child("nodePort"), std::to_string(port.nodeport()));
            }
        }
        if (!numbers.emplace(port.protocol(), port.port()).second)
            problems.duplicateJson(at, encodeJson(port));
    }
}

void validateClusterIps(const core::ServiceSpec& of, Problems& problems) {
    const Path path = spec.child("clusterIPs");
    if (of.type() == "ExternalName") {
        if (!of.clusterip().empty()) {
            problems.forbidden(spec.child("clusterIP"), "may not be set when `type` is 'ExternalName'");
        }
        return;
    }
    if (isHeadless(of)) {
        if (usesNodePorts(of)) {
            problems.invalid(path.index(0), "None",
                             fmt::format("may not be set to 'None' for {} services", of.type()));
        }
        return;
    }
    for (int i = 0; i < of.clusterips_size(); ++i) {
        problems.invalid(path.index(static_cast<std::size_t>(i)), of.clusterips(i),
                         ipAddress(of.clusterips(i)));
    }
    if (of.clusterips_size() > 0 && of.clusterips(0) != of.clusterip()) {
        problems.invalid(path, of.clusterips(0), "first value must match `clusterIP`");
    }
}

void validatePolicies(const core::ServiceSpec& of, Problems& problems) {
    static const std::vector<std::string> policies = {"Cluster", "Local"};
    if (of.has_internaltrafficpolicy()) {
        problems.oneOf(spec.child("internalTrafficPolicy"), of.internaltrafficpolicy(), policies);
    }
    if (!of.externaltrafficpolicy().empty()) {
        const Path at = spec.child("externalTrafficPolicy");
        if (!usesNodePorts(of) && of.externalips().empty()) {
            problems.invalid(at, of.externaltrafficpolicy(),
                             "may only be set for externally-accessible services");
        } else {
            problems.oneOf(at, of.externaltrafficpolicy(), policies);
        }
    }
    static const std::vector<std::string> distributions = {"PreferClose", "PreferSameNode", "PreferSameZone"};
    if (of.has_trafficdistribution())
        problems.oneOf(spec.child("trafficDistribution"), of.trafficdistribution(), distributions);
    if (of.sessionaffinity() == "ClientIP") {
        const int seconds = of.sessionaffinityconfig().clientip().timeoutseconds();
        if (seconds <= 0 || seconds > 86400) {
            problems.invalid(spec.child("sessionAffinityConfig").child("clientIP").child("timeoutSeconds"),
                             seconds, "must be greater than 0 and less than 86400");
        }
    }
}

} // namespace

void validate(const core::Service& service, Problems& problems) {
    static const std::vector<std::string> types = {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"};
    static const std::vector<std::string> affinities = {"ClientIP", "None"};
    validateMeta(service.metadata(), true, dns1035Label, metadata, problems);
    const core::ServiceSpec& of = service.spec();
    validatePorts(of, problems);
    validateLabels(of.selector(), spec.child("selector"), problems);
    problems.oneOf(spec.child("sessionAffinity"), of.sessionaffinity(), affinities);
    validateClusterIps(of, problems);
    for (int i = 0; i < of.externalips_size(); ++i) {
        problems.invalid(spec.child("externalIPs").index(static_cast<std::size_t>(i)), of.externalips(i),
                         ipAddress(of.externalips(i)));
    }
    problems.oneOf(spec.child("type"), of.type(), types);
    if (of.type() == "ExternalName") {
        if (of.externalname().empty()) {
            problems.required(spec.child("externalName"));
        } else {
            problems.invalid(spec.child("externalName"), of.externalname(), dnsSubdomain(of.externalname()));
        }
    }
    for (int i = 0; i < of.loadbalancersourceranges_size(); ++i) {
        problems.invalid(spec.child("loadBalancerSourceRanges").index(static_cast<std::size_t>(i)),
                         of.loadbalancersourceranges(i), cidr(of.loadbalancersourceranges(i)));
    }
    validatePolicies(of, problems);
    const bool checked = of.type() == "LoadBalancer" && of.externaltrafficpolicy() == "Local";
    if (!checked && of.healthchecknodeport() != 0)
        problems.invalid(
            spec.child("healthCheckNodePort"), of.healthchecknodeport(),
            "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
}

void validateChange(const core::Service& service, const core::Service& old, Problems& problems) {
    validateMetaUpdate(service.metadata(), old.metadata(), metadata, problems);
    const core::ServiceSpec& now = service.spec();
    const core::ServiceSpec& before = old.spec();
    // Turning to or from ExternalName takes or gives an address; otherwise an address given is kept for life.
    if (now.type() == "ExternalName" || before.type() == "ExternalName" || before.clusterip().empty()) return;
    if (now.clusterip() == before.clusterip()) return;
    problems.invalidJson(spec.child("clusterIPs").index(0), "[" + quoted(now.clusterip()) + "]",
                         "may not change once set");
}

} // namespace wheelhouse::api::semantics
