#include "endpointslice_controller.h"

#include <algorithm>
#include <google/protobuf/util/message_differencer.h>

namespace wheelhouse::controllers {

namespace discovery = api::discovery;

namespace {

constexpr int mostInSlice = 100;
constexpr const char* manager = "endpointslice-controller.k8s.io";
constexpr const char* byService = "service"; ///< index: managed slices by "namespace/service"

void setLabels(const core::Service& service, meta::ObjectMeta& metadata) {
    auto& labels = *metadata.mutable_labels();
    labels = service.metadata().labels();
    labels[serviceLabel] = service.metadata().name();
    labels[managerLabel] = manager;
    labels.erase(headlessLabel);
    if (service.spec().clusterip() == "None") labels[headlessLabel] = "";
}

/// For whom the endpoint is meant first of all, as the Service's trafficDistribution has it.
void addHints(const core::Service& service, api::discovery::Endpoint& endpoint) {
    const std::string& wanted = service.spec().trafficdistribution();
    const bool sameNode = wanted == "PreferSameNode";
    const bool near = sameNode || wanted == "PreferSameZone" || wanted == "PreferClose";
    if (!near || !endpoint.conditions().ready()) return;
    if (!endpoint.zone().empty()) endpoint.mutable_hints()->add_forzones()->set_name(endpoint.zone());
    if (sameNode && !endpoint.nodename().empty())
        endpoint.mutable_hints()->add_fornodes()->set_name(endpoint.nodename());
}

template <class Groups>
std::size_t podsIn(const Groups& groups) {
    std::size_t pods = 0;
    for (const auto& [ports, group] : groups)
        pods += group.endpoints.size();
    return pods;
}

} // namespace

EndpointSliceController::EndpointSliceController(const Deps& deps)
    : QueuedController(deps, "endpointslice"),
      services_(watch<core::Service>(
          {.onAdd = [this](const ObjectPtr& service) { enqueue(service->key()); },
           .onUpdate = [this](const ObjectPtr&, const ObjectPtr& service) { enqueue(service->key()); },
           .onDelete =
               [this](const ObjectPtr& service) {
                   pace_.forget(service->uid());
                   enqueue(service->key());
               }})),
      pods_(watch<core::Pod>(onSelectable([this](const ObjectPtr& pod) { podChanged(pod); }))),
      nodes_(watch<core::Node>()), slices_(watch<Slice>(expectations_.watched(
                                       onAny([this](const ObjectPtr& slice) { sliceChanged(slice); })))) {
    indexByNamespace(services_);
    indexByNamespace(pods_);
    slices_.addIndex(byService, [](const ObjectPtr& slice) {
        const auto service = serviceOfSlice(slice, manager);
        return service ? std::vector<std::string>{*service} : std::vector<std::string>();
    });
}

void EndpointSliceController::podChanged(const ObjectPtr& pod) {
    for (const ObjectPtr& service : services_.byIndex(byNamespace, pod->nameSpace())) {
        const auto decoded = service->as<core::Service>();
        if (wantsEndpoints(decoded) && selects(decoded, pod))
            enqueueAfter(service->key(), pace_.patience(service->uid()));
    }
}

void EndpointSliceController::sliceChanged(const ObjectPtr& slice) {
    const auto name = slice->labels().find(serviceLabel);
    if (name != slice->labels().end()) enqueue(slice->nameSpace() + "/" + name->second);
}

EndpointSliceController::Endpoint EndpointSliceController::endpointOf(const ServedPod& pod,
                                                                      const core::Service& service) const {
    Endpoint endpoint;
    const std::string node(pod.facts.node);
    endpoint.add_addresses(std::string(pod.facts.ip));
    const bool terminating = pod.facts.deleting;
    const bool serving = pod.facts.ready;
    endpoint.mutable_conditions()->set_serving(serving);
    endpoint.mutable_conditions()->set_terminating(terminating);
    endpoint.mutable_conditions()->set_ready(service.spec().publishnotreadyaddresses() ||
                                             (serving && !terminating));
    auto& target = *endpoint.mutable_targetref();
    target.set_kind("Pod");
    target.set_namespace_(pod.object.nameSpace());
    target.set_name(pod.object.name());
    target.set_uid(pod.object.uid().value());
    if (!node.empty()) endpoint.set_nodename(node);
    if (const ObjectPtr known = nodes_.get(node)) {
        const auto zone = known->labels().find("topology.kubernetes.io/zone");
        if (zone != known->labels().end()) endpoint.set_zone(zone->second);
    }
    if (pod.hasOwnName(service)) endpoint.set_hostname(std::string(pod.facts.hostname));
    addHints(service, endpoint);
    return endpoint;
}

std::map<std::string, EndpointSliceController::Group>
EndpointSliceController::wantedGroups(const core::Service& service) const {
    std::map<std::string, Group> groups;
    for (const ObjectPtr& object : pods_.byIndex(byNamespace, service.metadata().namespace_())) {
        if (!selects(service, object)) continue;
        ServedPod pod(object);
        if (pod.facts.terminal() || pod.facts.ip.empty() || pod.facts.node.empty()) continue;
        auto ports = portsIn<discovery::EndpointPort>(pod, service);
        // None of the Service's ports exist in this pod: there is nothing to route to.
        if (ports.empty() && service.spec().ports_size() > 0) continue;
        Group& group = groups[portKey(ports)];
        group.ports = std::move(ports);
        group.endpoints[object->uid().value()] = endpointOf(pod, service);
    }
    // An empty slice says "nothing there", which is not the same as "nobody looked".
    if (groups.empty()) groups[std::string()];
    return groups;
}

template <class Ports>
api::discovery::EndpointSlice emptySlice(const api::Object& object, const core::Service& service,
                                         const Ports& ports) {
    api::discovery::EndpointSlice slice;
    slice.mutable_metadata()->set_namespace_(object.nameSpace());
    slice.mutable_metadata()->set_generatename(object.name() + "-");
    *slice.mutable_metadata()->add_ownerreferences() = client::controllerReference(object);
    setLabels(service, *slice.mutable_metadata());
    slice.set_addresstype("IPv4");
    for (const auto& port : ports)
        *slice.add_ports() = port;
    return slice;
}

Step EndpointSliceController::reconcile(std::string key) {
    const ObjectPtr object = services_.get(key);
    // Slices of a Service that is gone have it as their owner: the collector takes them.
    if (!object || object->deleting()) co_return Result<void>();
    const auto service = object->as<core::Service>();
    if (!wantsEndpoints(service)) co_return Result<void>();
    if (!expectations_.met(object->uid(), now())) {
        enqueueAfter(key, Expectations::patience);
        co_return Result<void>();
    }
    auto groups = wantedGroups(service);
    pace_.note(object->uid(), podsIn(groups));
    std::vector<Slice> fresh;
    std::vector<Slice> changed;
    std::vector<ObjectPtr> doomed;
    std::map<std::string, std::vector<Slice>> present;
    for (const ObjectPtr& slice : slices_.byIndex(byService, key)) {
        if (slice->deleting()) continue;
        auto decoded = slice->as<Slice>();
        const std::string ports = portKey(decoded.ports());
        if (!groups.contains(ports) || slice->controllerUid() != object->uid())
            doomed.push_back(slice);
        else
            present[ports].push_back(std::move(decoded));
    }
    for (auto& [ports, group] : groups) {
        std::vector<std::pair<Slice, Slice>> slices; ///< as it is, as it shall be
        for (Slice& slice : present[ports]) {
            Slice wanted = slice;
            wanted.clear_endpoints();
            setLabels(service, *wanted.mutable_metadata());
            for (const auto& endpoint : slice.endpoints()) {
                const auto found = group.endpoints.find(endpoint.targetref().uid());
                if (found == group.endpoints.end()) continue;
                *wanted.add_endpoints() = std::move(found->second);
                group.endpoints.erase(found);
            }
            slices.emplace_back(std::move(slice), std::move(wanted));
        }
        // What is left are newcomers: into the gaps first.
        auto next = group.endpoints.begin();
        for (auto& [is, wanted] : slices)
            while (next != group.endpoints.end() && wanted.endpoints_size() < mostInSlice)
                *wanted.add_endpoints() = std::move((next++)->second);
        bool any = false;
        for (auto& [is, wanted] : slices) {
            const bool empty = wanted.endpoints_size() == 0;
            const bool placeholder = empty && groups.size() == 1 && !any &&
                                     &wanted == &slices.back().second && next == group.endpoints.end();
            if (empty && !placeholder) {
                doomed.push_back(slices_.get(object->nameSpace() + "/" + is.metadata().name()));
                continue;
            }
            any = true;
            if (!google::protobuf::util::MessageDifferencer::Equals(is, wanted))
                changed.push_back(std::move(wanted));
        }
        while (next != group.endpoints.end() || !any) {
            any = true;
            Slice slice = emptySlice(*object, service, group.ports);
            while (next != group.endpoints.end() && slice.endpoints_size() < mostInSlice)
                *slice.add_endpoints() = std::move((next++)->second);
            fresh.push_back(std::move(slice));
        }
    }
    auto done = co_await writeAll(object, std::move(fresh), std::move(changed), std::move(doomed));
    co_return done;
}

Step EndpointSliceController::writeAll(ObjectPtr service, std::vector<Slice> fresh,
                                       std::vector<Slice> changed, std::vector<ObjectPtr> doomed) {
    Result<void> outcome;
    for (Slice& slice : changed) {
        auto written = co_await api_.update(std::move(slice));
        if (auto gone = unlessGone(written); !gone) outcome = gone;
    }
    for (Slice& slice : fresh) {
        expectations_.expectCreations(service->uid(), 1, now());
        auto made = co_await api_.create(std::move(slice));
        if (made) continue;
        expectations_.creationSeen(service->uid());
        outcome = fail(made.error());
    }
    // Last, so that no endpoint is missing in between.
    for (const ObjectPtr& slice : doomed) {
        if (!slice) continue;
        expectations_.expectDeletion(service->uid(), slice->uid(), now());
        auto deleted = co_await api_.remove(slice);
        if (deleted) continue;
        expectations_.deletionSeen(service->uid(), slice->uid());
        if (auto gone = unlessGone(deleted); !gone) outcome = gone;
    }
    co_return outcome;
}

} // namespace wheelhouse::controllers
