#include "semantics/rules.h"
#include "semantics/taint_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace wheelhouse::api::semantics {

namespace {

const Path metadata("metadata");
const Path spec("spec");

void validateTaints(const core::NodeSpec& of, Problems& problems) {
    static const std::vector<std::string> effects = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
    std::set<std::pair<std::string, std::string>> seen;
    for (int i = 0; i < of.taints_size(); ++i) {
        const core::Taint& taint = of.taints(i);
        const Path at = spec.child("taints").index(static_cast<std::size_t>(i));
        problems.invalid(at.child("key"), taint.key(), qualifiedName(taint.key()));
        problems.invalid(at.child("value"), taint.value(), labelValue(taint.value()));
        problems.oneOf(at.child("effect"), taint.effect(), effects);
        if (!seen.emplace(taint.key(), taint.effect()).second) {
            problems.duplicateJson(
                at, fmt::format("{{\"key\":{},\"effect\":{}}}", quoted(taint.key()), quoted(taint.effect())));
        }
    }
}

void validateAddresses(const discovery::EndpointSlice& slice, const discovery::Endpoint& endpoint,
                       const Path& path, Problems& problems) {
    if (endpoint.addresses().empty()) problems.required(path, "must contain at least 1 address");
    if (endpoint.addresses_size() > 100) problems.tooMany(path, endpoint.addresses_size(), 100);
    for (int i = 0; i < endpoint.addresses_size(); ++i) {
        const std::string& address = endpoint.addresses(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        if (slice.addresstype() == "IPv4" && !isIpv4(address)) {
            problems.invalid(at, address, "must be a valid IPv4 address");
        } else if (slice.addresstype() == "IPv6" && !isIpv6(address)) {
            problems.invalid(at, address, "must be a valid IPv6 address");
        } else if (slice.addresstype() == "FQDN") {
            problems.invalid(at, address, dnsSubdomain(address));
        }
    }
}

} // namespace

void validate(const core::Namespace& space, Problems& problems) {
    validateMeta(space.metadata(), false, dnsLabel, metadata, problems);
    for (const std::string& finalizer : space.spec().finalizers()) {
        problems.invalid(spec.child("finalizers"), finalizer, qualifiedName(finalizer));
    }
}

void validateChange(const core::Namespace& space, const core::Namespace& old, Problems& problems) {
    validateMetaUpdate(space.metadata(), old.metadata(), metadata, problems);
}

void validate(const core::Node& node, Problems& problems) {
    validateMeta(node.metadata(), false, dnsSubdomain, metadata, problems);
    validateTaints(node.spec(), problems);
    for (int i = 0; i < node.spec().podcidrs_size(); ++i) {
        problems.invalid(spec.child("podCIDRs").index(static_cast<std::size_t>(i)), node.spec().podcidrs(i),
                         cidr(node.spec().podcidrs(i)));
    }
    validateResourceList(node.status().capacity(), Path("status.capacity"), problems);
    validateResourceList(node.status().allocatable(), Path("status.allocatable"), problems);
}

void validateChange(const core::Node& node, const core::Node& old, Problems& problems) {
    validateMetaUpdate(node.metadata(), old.metadata(), metadata, problems);
    if (!old.spec().providerid().empty() && node.spec().providerid() != old.spec().providerid()) {
        problems.forbidden(spec.child("providerID"),
                           "node updates may not change providerID except from \"\" to valid");
    }
    const auto& now = node.spec().podcidrs();
    const auto& before = old.spec().podcidrs();
    if (!before.empty() && !std::equal(now.begin(), now.end(), before.begin(), before.end())) {
        problems.forbidden(spec.child("podCIDRs"),
                           "node updates may not change podCIDR except from \"\" to valid");
    }
}

void validate(const coordination::Lease& lease, Problems& problems) {
    validateMeta(lease.metadata(), true, dnsSubdomain, metadata, problems);
    if (lease.spec().has_leasedurationseconds() && lease.spec().leasedurationseconds() <= 0) {
        problems.invalid(spec.child("leaseDurationSeconds"), lease.spec().leasedurationseconds(),
                         "must be greater than 0");
    }
    if (lease.spec().leasetransitions() < 0) {
        problems.invalid(spec.child("leaseTransitions"), lease.spec().leasetransitions(),
                         "must be greater than or equal to 0");
    }
    if (lease.spec().has_holderidentity() && lease.spec().holderidentity().empty()) {
        problems.invalid(spec.child("holderIdentity"), "", "must not be empty");
    }
}

void validateChange(const coordination::Lease& lease, const coordination::Lease& old, Problems& problems) {
    validateMetaUpdate(lease.metadata(), old.metadata(), metadata, problems);
}

void validate(const discovery::EndpointSlice& slice, Problems& problems) {
    static const std::vector<std::string> addressTypes = {"FQDN", "IPv4", "IPv6"};
    validateMeta(slice.metadata(), true, dnsSubdomain, metadata, problems);
    problems.oneOf(Path("addressType"), slice.addresstype(), addressTypes);
    if (slice.endpoints_size() > 1000) problems.tooMany(Path("endpoints"), slice.endpoints_size(), 1000);
    for (int i = 0; i < slice.endpoints_size(); ++i) {
        validateAddresses(slice, slice.endpoints(i),
                          Path("endpoints").index(static_cast<std::size_t>(i)).child("addresses"), problems);
    }
    if (slice.ports_size() > 20000) problems.tooMany(Path("ports"), slice.ports_size(), 20000);
    std::set<std::string> names;
    for (int i = 0; i < slice.ports_size(); ++i) {
        const discovery::EndpointPort& port = slice.ports(i);
        const Path at = Path("ports").index(static_cast<std::size_t>(i));
        if (!port.name().empty()) problems.invalid(at.child("name"), port.name(), dnsLabel(port.name()));
        if (!names.insert(port.name()).second) problems.duplicate(at.child("name"), port.name());
        problems.oneOf(at.child("protocol"), port.protocol(), protocols());
        if (port.has_port()) problems.port(at.child("port"), port.port());
    }
}

void validateChange(const discovery::EndpointSlice& slice, const discovery::EndpointSlice& old,
                    Problems& problems) {
    validateMetaUpdate(slice.metadata(), old.metadata(), metadata, problems);
    if (slice.addresstype() != old.addresstype()) {
        problems.invalid(Path("addressType"), slice.addresstype(), fieldIsImmutable);
    }
}

void validateTaintText(const std::string& text, const Path& path, Problems& problems) {
    const std::size_t colon = text.rfind(':');
    const std::string effect = colon == std::string::npos ? "" : text.substr(colon + 1);
    if (effect != "NoSchedule" && effect != "PreferNoSchedule" && effect != "NoExecute") {
        problems.invalid(path, text,
                         "must be key=value:Effect with effect NoSchedule, PreferNoSchedule or NoExecute");
        return;
    }
    const std::string pair = text.substr(0, colon);
    const std::size_t equals = pair.find('=');
    problems.invalid(path, text, qualifiedName(pair.substr(0, equals)));
    if (equals != std::string::npos) problems.invalid(path, text, labelValue(pair.substr(equals + 1)));
}

void validate(const lab::Machine& machine, Problems& problems) {
    // The node has the machine's name, and the name is also the guest's host name.
    validateMeta(machine.metadata(), false, dnsLabel, metadata, problems);
    const lab::MachineSpec& of = machine.spec();
    problems.oneOf(spec.child("provider"), of.provider(), {"simulated", "vm"});
    problems.between(spec.child("cpus"), of.cpus(), 1, 256);
    problems.between(spec.child("memoryMiB"), of.memorymib(), 64, 4 * 1024 * 1024);
    problems.between(spec.child("diskGiB"), of.diskgib(), 1, 64 * 1024);
    if (!of.zone().empty()) problems.invalid(spec.child("zone"), of.zone(), labelValue(of.zone()));
    problems.oneOf(spec.child("power"), of.power(), {"Frozen", "Off", "On"});
    validateLabels(of.nodelabels(), spec.child("nodeLabels"), problems);
    for (int i = 0; i < of.nodetaints_size(); ++i) {
        validateTaintText(of.nodetaints(i), spec.child("nodeTaints").index(static_cast<std::size_t>(i)),
                          problems);
    }
}

void validateChange(const lab::Machine& machine, const lab::Machine& old, Problems& problems) {
    validateMetaUpdate(machine.metadata(), old.metadata(), metadata, problems);
    const lab::MachineSpec& now = machine.spec();
    const lab::MachineSpec& before = old.spec();
    if (now.provider() != before.provider())
        problems.invalid(spec.child("provider"), now.provider(), fieldIsImmutable);
    if (now.cpus() != before.cpus()) problems.invalid(spec.child("cpus"), now.cpus(), fieldIsImmutable);
    if (now.memorymib() != before.memorymib())
        problems.invalid(spec.child("memoryMiB"), now.memorymib(), fieldIsImmutable);
    if (now.diskgib() != before.diskgib())
        problems.invalid(spec.child("diskGiB"), now.diskgib(), fieldIsImmutable);
    if (now.zone() != before.zone()) problems.invalid(spec.child("zone"), now.zone(), fieldIsImmutable);
    if (toJson(now.nodelabels()) != toJson(before.nodelabels())) {
        problems.invalidJson(spec.child("nodeLabels"), toJson(now.nodelabels()), fieldIsImmutable);
    }
    if (!std::equal(now.nodetaints().begin(), now.nodetaints().end(), before.nodetaints().begin(),
                    before.nodetaints().end())) {
        problems.forbidden(spec.child("nodeTaints"), fieldIsImmutable);
    }
}

} // namespace wheelhouse::api::semantics
