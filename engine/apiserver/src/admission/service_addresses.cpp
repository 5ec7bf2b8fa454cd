#include "admission/chain.h"
#include "admission/number_pool.h"
#include "admission/service_ranges.h"
#include "engine/api/semantics.h"
#include "engine/api/types.h"
#include "engine/base/assert.h"
#include "engine/base/log.h"

#include <fmt/format.h>
#include <set>

namespace wheelhouse::apiserver {
namespace {

using api::core::Service;
using api::core::ServiceSpec;

constexpr int firstNodePort = 30000;
constexpr int nodePortCount = 2768;

bool wantsAddress(const ServiceSpec& spec) {
    return spec.type() != "ExternalName";
}
bool hasAddress(const ServiceSpec& spec) {
    return !spec.clusterip().empty() && spec.clusterip() != "None";
}
bool wantsNodePorts(const ServiceSpec& spec) {
    return spec.type() == "NodePort" ||
           (spec.type() == "LoadBalancer" &&
            (!spec.has_allocateloadbalancernodeports() || spec.allocateloadbalancernodeports()));
}

/// Where every node says whether pods of the service are on it.
bool wantsHealthPort(const ServiceSpec& spec) {
    return spec.type() == "LoadBalancer" && spec.externaltrafficpolicy() == "Local";
}

/// What a service holds that no other may have.
struct Held {
    std::set<std::uint32_t> addresses;
    std::set<int> ports;
};

Held heldBy(const ServiceSpec& spec) {
    Held held;
    if (hasAddress(spec))
        if (const auto address = parseIpv4(spec.clusterip())) held.addresses.insert(*address);
    for (const auto& port : spec.ports())
        if (port.nodeport() > 0) held.ports.insert(port.nodeport());
    if (spec.healthchecknodeport() > 0) held.ports.insert(spec.healthchecknodeport());
    return held;
}

/// Cluster addresses and node ports of services: drawn from what is free, which is learnt from the store at
/// start. Taken when a write is admitted, given back when it is refused or the service has gone.
class ServiceAddresses final : public AdmissionPlugin {
  public:
    ServiceAddresses(store::Store& store, Random& random, const std::string& network)
        : random_(random), ports_(nodePortCount), addresses_(store, network) {
        auto services = store.list(api::kindOf<Service>(), "", "", 0, 0);
        if (!services) return;
        for (const api::ObjectPtr& service : services->items)
            take(heldBy(service->as<Service>().spec()));
    }

    Result<void> admit(Admission& admission) override {
        if (admission.kind != &api::kindOf<Service>() || !admission.object || !admission.subresource.empty())
            return {};
        ServiceSpec& spec = *static_cast<Service&>(*admission.object).mutable_spec();
        Held before;
        if (admission.old) {
            const ServiceSpec& old = static_cast<const Service&>(*admission.old).spec();
            keepWhatWasGiven(spec, old);
            before = heldBy(old);
        }
        Held taken;
        Result<void> result = allocate(admission, spec, before, taken);
        if (!result) {
            give(taken);
            return result;
        }
        Held released = before;
        const Held now = heldBy(spec);
        std::erase_if(released.addresses, [&](std::uint32_t a) { return now.addresses.count(a) > 0; });
        std::erase_if(released.ports, [&](int p) { return now.ports.count(p) > 0; });
        admission.settle.push_back(
            [this, taken, released](bool committed) { give(committed ? released : taken); });
        return {};
    }

    void removed(const api::Object& object) override {
        if (&object.kind() == &api::kindOf<Service>()) give(heldBy(object.as<Service>().spec()));
    }

  private:
    void take(const Held& held) {
        for (const std::uint32_t address : held.addresses)
            addresses_.hold(address);
        for (const int port : held.ports)
            ports_.take(static_cast<std::size_t>(port - firstNodePort));
    }
    void give(const Held& held) {
        for (const std::uint32_t address : held.addresses)
            addresses_.release(address);
        for (const int port : held.ports)
            ports_.release(static_cast<std::size_t>(port - firstNodePort));
    }

    /// A client that does not repeat what the server chose does not mean to give it up.
    static void keepWhatWasGiven(ServiceSpec& spec, const ServiceSpec& old) {
        if (wantsAddress(spec) && wantsAddress(old) && spec.clusterip().empty() &&
            spec.clusterips_size() == 0) {
            spec.set_clusterip(old.clusterip());
            *spec.mutable_clusterips() = old.clusterips();
        }
        if (wantsHealthPort(spec) && wantsHealthPort(old) && spec.healthchecknodeport() == 0)
            spec.set_healthchecknodeport(old.healthchecknodeport());
        if (!wantsNodePorts(spec) || !wantsNodePorts(old)) return;
        for (auto& port : *spec.mutable_ports()) {
            if (port.nodeport() != 0) continue;
            for (const auto& candidate : old.ports())
                if (candidate.port() == port.port() && candidate.protocol() == port.protocol())
                    port.set_nodeport(candidate.nodeport());
        }
    }

    Result<void> allocate(const Admission& admission, ServiceSpec& spec, const Held& before, Held& taken) {
        if (!wantsAddress(spec)) {
            spec.clear_clusterip();
            spec.clear_clusterips();
        } else {
            if (auto done = allocateAddress(admission, spec, before, taken); !done) return done;
        }
        if (wantsHealthPort(spec))
            if (auto done = allocateHealthPort(spec, before, taken); !done) return done;
        if (!wantsNodePorts(spec)) {
            if (spec.type() != "LoadBalancer")
                for (auto& port : *spec.mutable_ports())
                    port.clear_nodeport();
            return {};
        }
        return allocatePorts(admission, spec, before, taken);
    }

    Result<void> allocateAddress(const Admission& admission, ServiceSpec& spec, const Held& before,
                                 Held& taken) {
        if (spec.clusterip().empty()) {
            const auto address = addresses_.draw(random_);
            if (!address)
                return fail(Reason::InternalError,
                            "failed to allocate IP: the service network has no free address");
            taken.addresses.insert(*address);
            spec.set_clusterip(formatIpv4(*address));
        } else if (hasAddress(spec)) {
            const auto address = parseIpv4(spec.clusterip());
            if (!address) return {}; // validation says what is wrong with it
            const auto refused = [&](const std::string& why) {
                return refuse(admission, "spec.clusterIPs", fmt::format("[\"{}\"]", spec.clusterip()),
                              fmt::format("failed to allocate IP {}: {}", spec.clusterip(), why));
            };
            if (before.addresses.count(*address) == 0) {
                if (!addresses_.offers(*address))
                    return refused(fmt::format("the provided IP ({}) is not in the valid range. The range of "
                                               "valid IPs is {}",
                                               spec.clusterip(), addresses_.text()));
                if (addresses_.reserved(*address, admission.nameSpace, admission.name) ||
                    !addresses_.hold(*address))
                    return refused("provided IP is already allocated");
                taken.addresses.insert(*address);
            }
        }
        if (spec.clusterips_size() == 0) spec.add_clusterips(spec.clusterip());
        return {};
    }

    Result<void> allocatePorts(const Admission& admission, ServiceSpec& spec, const Held& before,
                               Held& taken) {
        for (int i = 0; i < spec.ports_size(); ++i) {
            auto& port = *spec.mutable_ports(i);
            if (port.nodeport() == 0) {
                const auto number = ports_.draw(random_);
                if (!number)
                    return fail(Reason::InternalError,
                                "failed to allocate a nodePort: the range of ports is full");
                port.set_nodeport(firstNodePort + static_cast<int>(*number));
                taken.ports.insert(port.nodeport());
                continue;
            }
            if (before.ports.count(port.nodeport()) > 0 || taken.ports.count(port.nodeport()) > 0) continue;
            const int number = port.nodeport() - firstNodePort;
            const std::string field = fmt::format("spec.ports[{}].nodePort", i);
            if (number < 0 || number >= nodePortCount)
                return refuse(
                    admission, field, std::to_string(port.nodeport()),
                    "provided port is not in the valid range. The range of valid ports is 30000-32767");
            if (!ports_.take(static_cast<std::size_t>(number)))
                return refuse(admission, field, std::to_string(port.nodeport()),
                              "provided port is already allocated");
            taken.ports.insert(port.nodeport());
        }
        return {};
    }

    Result<void> allocateHealthPort(ServiceSpec& spec, const Held& before, Held& taken) {
        if (spec.healthchecknodeport() == 0) {
            const auto number = ports_.draw(random_);
            if (!number)
                return fail(Reason::InternalError,
                            "failed to allocate a HealthCheck NodePort: the range of ports is full");
            spec.set_healthchecknodeport(firstNodePort + static_cast<int>(*number));
        } else if (before.ports.count(spec.healthchecknodeport()) == 0) {
            const int number = spec.healthchecknodeport() - firstNodePort;
            const bool inRange = number >= 0 && number < nodePortCount;
            if (!inRange || !ports_.take(static_cast<std::size_t>(number)))
                return fail(Reason::InternalError,
                            fmt::format("failed to allocate requested HealthCheck NodePort {}: {}",
                                        spec.healthchecknodeport(),
                                        inRange
                                            ? "provided port is already allocated"
                                            : "provided port is not in the valid range. The range of valid "
                                              "ports is 30000-32767"));
        } else {
            return {};
        }
        taken.ports.insert(spec.healthchecknodeport());
        return {};
    }

    static Result<void> refuse(const Admission& admission, std::string field, const std::string& value,
                               const std::string& why) {
        return fail(api::invalid(
            *admission.kind, admission.name,
            {{"FieldValueInvalid", fmt::format("Invalid value: {}: {}", value, why), std::move(field)}}));
    }

    Random& random_;
    NumberPool ports_;
    ServiceRanges addresses_;
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeServiceAddresses(store::Store& store, Random& random,
                                                      const std::string& network) {
    return std::make_unique<ServiceAddresses>(store, random, network);
}

} // namespace wheelhouse::apiserver
