#include "service_backends.h"

#include <algorithm>
#include <set>

namespace wheelhouse::loadbalancer {

namespace core = api::core;
namespace discovery = api::discovery;

namespace {

struct Found {
    std::vector<PodBackend> ready;
    std::vector<PodBackend> ending;
    std::set<std::string> known; ///< uid and port: a pod may stand in the slices of two families
};

void collect(Found& out, const discovery::EndpointSlice& slice, int port) {
    for (const discovery::Endpoint& endpoint : slice.endpoints()) {
        const core::ObjectReference& pod = endpoint.targetref();
        if (pod.kind() != "Pod" || endpoint.nodename().empty()) continue;
        const discovery::EndpointConditions& conditions = endpoint.conditions();
        const bool ready = !conditions.has_ready() || conditions.ready();
        const bool ending = conditions.serving() && conditions.terminating();
        if ((!ready && !ending) || !out.known.insert(pod.uid() + ":" + std::to_string(port)).second) continue;
        PodBackend backend;
        backend.node = NodeName(endpoint.nodename());
        backend.port.nameSpace = pod.namespace_();
        backend.port.pod = pod.name();
        backend.port.podUid = Uid(pod.uid());
        backend.port.port = static_cast<std::uint16_t>(port);
        backend.port.ownAddress = true;
        (ready ? out.ready : out.ending).push_back(std::move(backend));
    }
}

} // namespace

std::vector<PodBackend> backendsOf(const std::vector<api::ObjectPtr>& slices, const core::ServicePort& port) {
    Found found;
    for (const api::ObjectPtr& object : slices) {
        const auto slice = object->as<discovery::EndpointSlice>();
        for (const discovery::EndpointPort& to : slice.ports())
            if (to.name() == port.name() && to.port() > 0 &&
                (to.protocol().empty() ? "TCP" : to.protocol()) == port.protocol())
                collect(found, slice, to.port());
    }
    return found.ready.empty() ? std::move(found.ending) : std::move(found.ready);
}

} // namespace wheelhouse::loadbalancer
