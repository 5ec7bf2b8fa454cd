#include "engine/api/codec.h"
#include "engine/api/groups/networking.h"
#include "semantics/ip_range.h"
#include "semantics/kind_rules.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::api::semantics {

namespace {

const Path spec("spec");

// -------------------------------------------------------------------------------------------------------
// ingresses

void validateReference(const core::TypedLocalObjectReference& reference, const Path& path,
                       Problems& problems) {
    if (reference.has_apigroup())
        problems.invalid(path.child("apiGroup"), reference.apigroup(), dnsSubdomain(reference.apigroup()));
    for (const auto& [name, value] :
         {std::pair("kind", reference.kind()), std::pair("name", reference.name())}) {
        if (value.empty())
            problems.required(path.child(name));
        else
            problems.invalid(path.child(name), value, pathSegment(value));
    }
}

void validateBackend(const networking::IngressBackend& backend, const Path& path, Problems& problems) {
    if (backend.has_resource() && backend.has_service())
        return problems.invalid(path, "", "cannot set both resource and service backends");
    if (backend.has_resource())
        return validateReference(backend.resource(), path.child("resource"), problems);
    if (!backend.has_service()) return problems.invalid(path, "", "resource or service backend is required");
    const Path service = path.child("service");
    const networking::IngressServiceBackend& of = backend.service();
    if (of.name().empty())
        problems.required(service.child("name"));
    else
        problems.invalid(service.child("name"), of.name(), dnsLabel(of.name()));
    const networking::ServiceBackendPort& port = of.port();
    if (!port.name().empty() && port.number() != 0)
        problems.invalid(path, "", "cannot set both port name & port number");
    else if (!port.name().empty())
        problems.invalid(service.child("port").child("name"), port.name(), portName(port.name()));
    else if (port.number() != 0)
        problems.port(service.child("port").child("number"), port.number());
    else
        problems.required(path, "port name or number is required");
}

void validateIngressPath(const networking::HTTPIngressPath& of, const Path& at, Problems& problems) {
    const Path path = at.child("path");
    if (!of.has_pathtype()) return problems.required(at.child("pathType"), "pathType must be specified");
    const bool exact = of.pathtype() == "Exact" || of.pathtype() == "Prefix";
    if (exact) {
        if (!of.path().starts_with('/')) problems.invalid(path, of.path(), "must be an absolute path");
        for (const char* part : {"//", "/./", "/../", "%2f", "%2F"})
            if (of.path().find(part) != std::string::npos)
                problems.invalid(path, of.path(), fmt::format("must not contain '{}'", part));
        for (const char* end : {"/..", "/."})
            if (of.path().ends_with(end))
                problems.invalid(path, of.path(), fmt::format("cannot end with '{}'", end));
    } else if (of.pathtype() == "ImplementationSpecific") {
        if (!of.path().empty() && of.path().front() != '/')
            problems.invalid(path, of.path(), "must be an absolute path");
    } else {
        problems.notSupported(at.child("pathType"), of.pathtype(),
                              {"Exact", "ImplementationSpecific", "Prefix"});
    }
    validateBackend(of.backend(), at.child("backend"), problems);
}

void validateHost(const std::string& host, const Path& path, Problems& problems) {
    if (host.find('*') != std::string::npos)
        problems.invalid(path, host, wildcardSubdomain(host));
    else
        problems.invalid(path, host, dnsSubdomain(host));
}

void checkIngress(const networking::Ingress& ingress, Problems& problems) {
    const networking::IngressSpec& of = ingress.spec();
    if (of.rules().empty() && !of.has_defaultbackend())
        problems.invalidJson(spec, "null", "either `defaultBackend` or `rules` must be specified");
    if (of.has_defaultbackend()) validateBackend(of.defaultbackend(), spec.child("defaultBackend"), problems);
    for (int i = 0; i < of.rules_size(); ++i) {
        const networking::IngressRule& rule = of.rules(i);
        const Path at = spec.child("rules").index(static_cast<std::size_t>(i));
        if (!rule.host().empty()) {
            if (isIpv4(rule.host()) || isIpv6(rule.host()))
                problems.invalid(at.child("host"), rule.host(), "must be a DNS name, not an IP address");
            validateHost(rule.host(), at.child("host"), problems);
        }
        if (!rule.ingressrulevalue().has_http()) continue;
        const Path paths = at.child("http").child("paths");
        const auto& http = rule.ingressrulevalue().http();
        if (http.paths().empty()) problems.required(paths);
        for (int k = 0; k < http.paths_size(); ++k)
            validateIngressPath(http.paths(k), paths.index(static_cast<std::size_t>(k)), problems);
    }
    for (int i = 0; i < of.tls_size(); ++i) {
        const networking::IngressTLS& tls = of.tls(i);
        const Path at = spec.child("tls").index(static_cast<std::size_t>(i));
        for (int k = 0; k < tls.hosts_size(); ++k)
            validateHost(tls.hosts(k), at.child("hosts").index(static_cast<std::size_t>(k)), problems);
        if (!tls.secretname().empty())
            problems.invalid(at.child("secretName"), tls.secretname(), dnsSubdomain(tls.secretname()));
    }
    if (of.has_ingressclassname())
        problems.invalid(spec.child("ingressClassName"), of.ingressclassname(),
                         dnsSubdomain(of.ingressclassname()));
    // The annotation is what the field was before there was one; only a new ingress must agree with itself.
    const auto& annotations = ingress.metadata().annotations();
    const auto old = annotations.find("kubernetes.io/ingress.class");
    if (ingress.metadata().resourceversion().empty() && old != annotations.end() &&
        of.has_ingressclassname() && old->second != of.ingressclassname())
        problems.invalid(Path("annotations").child("kubernetes.io/ingress.class"), old->second,
                         "must match `ingressClassName` when both are specified");
}

void checkIngressClass(const networking::IngressClass& object, Problems& problems) {
    constexpr std::size_t longest = 250;
    const networking::IngressClassSpec& of = object.spec();
    const Path controller = spec.child("controller");
    if (of.controller().empty()) {
        problems.required(controller);
    } else {
        if (of.controller().size() > longest) problems.tooLong(controller, longest);
        problems.invalid(controller, of.controller(), domainPrefixedPath(of.controller()));
    }
    if (!of.has_parameters()) return;
    const networking::IngressClassParametersReference& to = of.parameters();
    const Path path = spec.child("parameters");
    if (to.has_apigroup())
        problems.invalid(path.child("apiGroup"), to.apigroup(), dnsSubdomain(to.apigroup()));
    for (const auto& [name, value] : {std::pair("kind", to.kind()), std::pair("name", to.name())}) {
        if (value.empty())
            problems.required(path.child(name));
        else
            problems.invalid(path.child(name), value, pathSegment(value));
    }
    if (!to.has_scope()) return problems.required(path.child("scope"));
    if (!problems.oneOf(path.child("scope"), to.scope(), {"Cluster", "Namespace"})) return;
    if (to.scope() == "Namespace") {
        if (!to.has_namespace_())
            problems.required(path.child("namespace"), "`parameters.scope` is set to 'Namespace'");
        else
            problems.invalid(path.child("namespace"), to.namespace_(), dnsLabel(to.namespace_()));
    } else if (to.has_namespace_()) {
        problems.forbidden(path.child("namespace"), "`parameters.scope` is set to 'Cluster'");
    }
}

void checkIngressClassChange(const networking::IngressClass& now, const networking::IngressClass& old,
                             Problems& problems) {
    requireSameValue(now.spec().controller(), old.spec().controller(), spec.child("controller"), problems);
}

void defaultIngressClass(networking::IngressClass& object) {
    if (object.spec().has_parameters() && !object.spec().parameters().has_scope())
        object.mutable_spec()->mutable_parameters()->set_scope("Cluster");
}

// -------------------------------------------------------------------------------------------------------
// network policies

void validatePolicyPort(const networking::NetworkPolicyPort& of, const Path& path, Problems& problems) {
    if (of.has_protocol() && of.protocol() != "TCP" && of.protocol() != "UDP" && of.protocol() != "SCTP")
        problems.notSupported(path.child("protocol"), of.protocol(), {"TCP", "UDP", "SCTP"});
    const Path end = path.child("endPort");
    if (!of.has_port()) {
        if (of.has_endport())
            problems.invalid(end, of.endport(), "may not be specified when `port` is not specified");
        return;
    }
    if (of.port().type() != 0) {
        if (of.has_endport())
            problems.invalid(end, of.endport(), "may not be specified when `port` is non-numeric");
        problems.invalid(path.child("port"), of.port().strval(), portName(of.port().strval()));
        return;
    }
    problems.port(path.child("port"), of.port().intval());
    if (!of.has_endport()) return;
    if (of.endport() < of.port().intval())
        problems.invalid(end, of.endport(), "must be greater than or equal to `port`");
    problems.port(end, of.endport());
}

void validateBlock(const networking::IPBlock& block, const Path& path, Problems& problems) {
    if (block.cidr().empty()) return problems.required(path.child("cidr"));
    const Complaints complaints = cidr(block.cidr());
    problems.invalid(path.child("cidr"), block.cidr(), complaints);
    const std::optional<IpRange> whole = IpRange::parse(block.cidr());
    for (int i = 0; i < block.except_size(); ++i) {
        const Path at = path.child("except").index(static_cast<std::size_t>(i));
        problems.invalid(at, block.except(i), cidr(block.except(i)));
        const std::optional<IpRange> hole = IpRange::parse(block.except(i));
        if (whole && hole && !whole->holds(*hole))
            problems.invalid(at, block.except(i), "must be a strict subset of `cidr`");
    }
}

void validatePeer(const networking::NetworkPolicyPeer& peer, const Path& path, Problems& problems) {
    if (peer.has_podselector())
        validateLabelSelector(peer.podselector(), path.child("podSelector"), problems);
    if (peer.has_namespaceselector())
        validateLabelSelector(peer.namespaceselector(), path.child("namespaceSelector"), problems);
    if (peer.has_ipblock()) validateBlock(peer.ipblock(), path.child("ipBlock"), problems);
    const bool selects = peer.has_podselector() || peer.has_namespaceselector();
    if (!selects && !peer.has_ipblock())
        problems.required(path, "must specify a peer");
    else if (selects && peer.has_ipblock())
        problems.forbidden(path, "may not specify both ipBlock and another peer");
}

template <class Ports, class Peers>
void validateTraffic(const Ports& ports, const Peers& peers, const char* peersName, const Path& path,
                     Problems& problems) {
    for (int i = 0; i < ports.size(); ++i)
        validatePolicyPort(ports.Get(i), path.child("ports").index(static_cast<std::size_t>(i)), problems);
    for (int i = 0; i < peers.size(); ++i)
        validatePeer(peers.Get(i), path.child(peersName).index(static_cast<std::size_t>(i)), problems);
}

void checkNetworkPolicy(const networking::NetworkPolicy& policy, Problems& problems) {
    const networking::NetworkPolicySpec& of = policy.spec();
    validateLabelSelector(of.podselector(), spec.child("podSelector"), problems);
    for (int i = 0; i < of.ingress_size(); ++i)
        validateTraffic(of.ingress(i).ports(), of.ingress(i).from(), "from",
                        spec.child("ingress").index(static_cast<std::size_t>(i)), problems);
    for (int i = 0; i < of.egress_size(); ++i)
        validateTraffic(of.egress(i).ports(), of.egress(i).to(), "to",
                        spec.child("egress").index(static_cast<std::size_t>(i)), problems);
    const Path types = spec.child("policyTypes");
    if (of.policytypes_size() > 2) {
        std::string list = "[";
        for (const std::string& type : of.policytypes())
            list += (list.size() > 1 ? "," : "") + quoted(type);
        return problems.invalidJson(types, list + "]", "may not specify more than two policyTypes");
    }
    for (int i = 0; i < of.policytypes_size(); ++i)
        if (of.policytypes(i) != "Ingress" && of.policytypes(i) != "Egress")
            problems.notSupported(types.index(static_cast<std::size_t>(i)), of.policytypes(i),
                                  {"Ingress", "Egress"});
}

void defaultNetworkPolicy(networking::NetworkPolicy& policy) {
    networking::NetworkPolicySpec& of = *policy.mutable_spec();
    const auto protocol = [](auto& ports) {
        for (networking::NetworkPolicyPort& port : ports)
            if (!port.has_protocol()) port.set_protocol("TCP");
    };
    for (auto& rule : *of.mutable_ingress())
        protocol(*rule.mutable_ports());
    for (auto& rule : *of.mutable_egress())
        protocol(*rule.mutable_ports());
    if (!of.policytypes().empty()) return;
    of.add_policytypes("Ingress");
    if (!of.egress().empty()) of.add_policytypes("Egress");
}

// -------------------------------------------------------------------------------------------------------
// addresses

void checkIpAddress(const networking::IPAddress& object, Problems& problems) {
    const Path path = spec.child("parentRef");
    if (!object.spec().has_parentref()) return problems.required(path);
    const networking::ParentReference& parent = object.spec().parentref();
    if (!parent.group().empty())
        problems.invalid(path.child("group"), parent.group(), dnsSubdomain(parent.group()));
    for (const auto& [name, value] :
         {std::pair("resource", parent.resource()), std::pair("name", parent.name())}) {
        if (value.empty())
            problems.required(path.child(name));
        else
            problems.invalid(path.child(name), value, pathSegment(value));
    }
    if (!parent.namespace_().empty())
        problems.invalid(path.child("namespace"), parent.namespace_(), pathSegment(parent.namespace_()));
}

void checkIpAddressChange(const networking::IPAddress& now, const networking::IPAddress& old,
                          Problems& problems) {
    requireSame(now.spec().parentref(), old.spec().parentref(), spec.child("parentRef"), problems);
}

void checkServiceCidr(const networking::ServiceCIDR& object, Problems& problems) {
    const auto& ranges = object.spec().cidrs();
    const Path path = spec.child("cidrs");
    if (ranges.empty()) return problems.required(path, "at least one CIDR required");
    if (ranges.size() > 2)
        return problems.invalidJson(path, encodeJson(object.spec()), "may only hold up to 2 values");
    for (int i = 0; i < ranges.size(); ++i)
        problems.invalid(path.index(static_cast<std::size_t>(i)), ranges.Get(i), cidr(ranges.Get(i)));
    const auto six = [](const std::string& range) { return range.find(':') != std::string::npos; };
    if (ranges.size() == 2 && six(ranges.Get(0)) == six(ranges.Get(1)))
        problems.invalidJson(
            path, encodeJson(object.spec()),
            "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64");
}

void checkServiceCidrChange(const networking::ServiceCIDR& now, const networking::ServiceCIDR& old,
                            Problems& problems) {
    const auto& a = now.spec().cidrs();
    const auto& b = old.spec().cidrs();
    // A second family may be added to a range of one.
    if (b.size() > a.size() || !std::equal(b.begin(), b.end(), a.begin()) || (b.size() == 2 && a.size() != 2))
        problems.invalidJson(spec.child("cidrs"), encodeJson(now.spec()), fieldIsImmutable);
}

Complaints addressName(std::string_view name) {
    return ipAddress(name);
}

// -------------------------------------------------------------------------------------------------------
// endpoints

void validateEndpointAddresses(const google::protobuf::RepeatedPtrField<core::EndpointAddress>& addresses,
                               const Path& path, Problems& problems) {
    for (int i = 0; i < addresses.size(); ++i) {
        const core::EndpointAddress& address = addresses.Get(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        problems.invalid(at.child("ip"), address.ip(), ipAddress(address.ip()));
        if (!address.hostname().empty())
            problems.invalid(at.child("hostname"), address.hostname(), dnsLabel(address.hostname()));
        if (address.has_nodename())
            problems.invalid(at.child("nodeName"), address.nodename(), dnsSubdomain(address.nodename()));
        if (address.ip().starts_with("127.") || address.ip() == "::1")
            problems.invalid(at.child("ip"), address.ip(),
                             "may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
}

void checkEndpoints(const core::Endpoints& object, Problems& problems) {
    for (int i = 0; i < object.subsets_size(); ++i) {
        const core::EndpointSubset& subset = object.subsets(i);
        const Path at = Path("subsets").index(static_cast<std::size_t>(i));
        if (subset.addresses().empty() && subset.notreadyaddresses().empty())
            problems.required(at, "must specify `addresses` or `notReadyAddresses`");
        validateEndpointAddresses(subset.addresses(), at.child("addresses"), problems);
        validateEndpointAddresses(subset.notreadyaddresses(), at.child("notReadyAddresses"), problems);
        for (int k = 0; k < subset.ports_size(); ++k) {
            const core::EndpointPort& port = subset.ports(k);
            const Path where = at.child("ports").index(static_cast<std::size_t>(k));
            if (port.name().empty() && subset.ports_size() > 1)
                problems.required(where.child("name"));
            else if (!port.name().empty())
                problems.invalid(where.child("name"), port.name(), dnsLabel(port.name()));
            problems.port(where.child("port"), port.port());
            problems.oneOf(where.child("protocol"), port.protocol(), protocols());
        }
    }
}

void defaultEndpoints(core::Endpoints& object) {
    for (core::EndpointSubset& subset : *object.mutable_subsets())
        for (core::EndpointPort& port : *subset.mutable_ports())
            if (port.protocol().empty()) port.set_protocol("TCP");
}

} // namespace

KindRuleList networkRules() {
    static const KindRules all[] = {
        {.type = networking::Ingress::descriptor(),
         .generations = true,
         .check = checks<networking::Ingress, checkIngress>},
        {.type = networking::IngressClass::descriptor(),
         .generations = true,
         .defaults = on<networking::IngressClass, defaultIngressClass>,
         .check = checks<networking::IngressClass, checkIngressClass>,
         .checkChange = compares<networking::IngressClass, checkIngressClassChange>},
        {.type = networking::NetworkPolicy::descriptor(),
         .generations = true,
         .defaults = on<networking::NetworkPolicy, defaultNetworkPolicy>,
         .check = checks<networking::NetworkPolicy, checkNetworkPolicy>},
        {.type = networking::IPAddress::descriptor(),
         .name = addressName,
         .check = checks<networking::IPAddress, checkIpAddress>,
         .checkChange = compares<networking::IPAddress, checkIpAddressChange>},
        {.type = networking::ServiceCIDR::descriptor(),
         .check = checks<networking::ServiceCIDR, checkServiceCidr>,
         .checkChange = compares<networking::ServiceCIDR, checkServiceCidrChange>},
        {.type = core::Endpoints::descriptor(),
         .defaults = on<core::Endpoints, defaultEndpoints>,
         .check = checks<core::Endpoints, checkEndpoints>}};
    return all;
}

} // namespace wheelhouse::api::semantics
