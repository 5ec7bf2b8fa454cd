#include "vmnodes/network/service_rules.h"

#include <algorithm>
#include <map>

namespace wheelhouse::network {

namespace core = api::core;
namespace discovery = api::discovery;

namespace {

struct Candidate {
    bool ready = false;
    bool ending = false; ///< serves, and ends
    bool local = false;
    bool nodeHints = false;
    bool zoneHints = false;
    bool forNode = false;
    bool forZone = false;
};

Candidate candidateOf(const discovery::Endpoint& endpoint, const NodePlace& place) {
    const discovery::EndpointConditions& conditions = endpoint.conditions();
    Candidate out;
    out.ready = !conditions.has_ready() || conditions.ready();
    const bool serving = !conditions.has_serving() || conditions.serving();
    out.ending = !out.ready && serving && conditions.terminating();
    out.local = endpoint.nodename() == place.node;
    out.nodeHints = endpoint.hints().fornodes_size() > 0;
    out.zoneHints = endpoint.hints().forzones_size() > 0;
    for (const discovery::ForNode& node : endpoint.hints().fornodes())
        out.forNode = out.forNode || node.name() == place.node;
    for (const discovery::ForZone& zone : endpoint.hints().forzones())
        out.forZone = out.forZone || (zone.name() == place.zone && !place.zone.empty());
    return out;
}

using Candidates = std::map<Backend, Candidate>;

/// The address type of slices that a family's rules are made of.
const char* addressType(const NodePlace& place) {
    return place.family == "ip6" ? "IPv6" : "IPv4";
}

void collect(Candidates& out, const discovery::EndpointSlice& slice, const core::ServicePort& port,
             const NodePlace& place) {
    if (slice.addresstype() != addressType(place)) return;
    for (const discovery::EndpointPort& to : slice.ports()) {
        const std::string protocol = to.protocol().empty() ? "TCP" : to.protocol();
        if (to.name() != port.name() || protocol != port.protocol() || to.port() == 0) continue;
        for (const discovery::Endpoint& endpoint : slice.endpoints()) {
            if (endpoint.addresses().empty()) continue;
            const Candidate found = candidateOf(endpoint, place);
            // One address may stand in two slices for a moment: the better word counts.
            Candidate& known = out[{endpoint.addresses(0), to.port()}];
            if (!known.ready) known = found;
        }
    }
}

/// Those that `wanted` takes.
template <class Wanted>
std::vector<Backend> pick(const Candidates& candidates, Wanted wanted) {
    std::vector<Backend> out;
    for (const auto& [backend, candidate] : candidates)
        if (wanted(candidate)) out.push_back(backend);
    return out;
}

/// Hints count only when every ready endpoint has them and some are meant for here.
bool useHints(const Candidates& candidates, bool Candidate::*has, bool Candidate::*here) {
    bool some = false;
    for (const auto& [backend, candidate] : candidates) {
        if (!candidate.ready) continue;
        if (!(candidate.*has)) return false;
        some = some || candidate.*here;
    }
    return some;
}

} // namespace

Backends backendsOf(const NetworkObjects& objects, const core::Service& service,
                    const core::ServicePort& port, const NodePlace& place) {
    Candidates candidates;
    const auto slices =
        objects.slices.find(service.metadata().namespace_() + "/" + service.metadata().name());
    if (slices != objects.slices.end())
        for (const auto& [name, slice] : slices->second)
            collect(candidates, *slice, port, place);
    const bool byNode = useHints(candidates, &Candidate::nodeHints, &Candidate::forNode);
    const bool byZone = !byNode && useHints(candidates, &Candidate::zoneHints, &Candidate::forZone);
    Backends out;
    out.cluster = pick(candidates, [&](const Candidate& c) {
        return c.ready && (!byNode || c.forNode) && (!byZone || c.forZone);
    });
    if (out.cluster.empty()) out.cluster = pick(candidates, [](const Candidate& c) { return c.ending; });
    out.local = pick(candidates, [](const Candidate& c) { return c.local && c.ready; });
    if (out.local.empty())
        out.local = pick(candidates, [](const Candidate& c) { return c.local && c.ending; });
    out.any = !out.cluster.empty() || !out.local.empty();
    return out;
}

} // namespace wheelhouse::network
