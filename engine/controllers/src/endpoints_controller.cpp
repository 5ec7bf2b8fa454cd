#include "endpoints_controller.h"

#include "endpoint_parts.h"

#include <algorithm>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>
#include <vector>

namespace wheelhouse::controllers {

namespace {

constexpr int mostAddresses = 1000;
/// Several pods that change at once cost one write.
constexpr Duration together = std::chrono::milliseconds(100);
constexpr const char* overCapacity = "endpoints.kubernetes.io/over-capacity";
constexpr const char* ownerLabel = "endpoints.kubernetes.io/managed-by";
constexpr const char* ourName = "endpoint-controller";
constexpr const char* leaderAnnotation = "control-plane.alpha.kubernetes.io/leader";
/// The key under which what was left behind is looked for once.
constexpr const char* leftovers = "leftovers";

using Addresses = google::protobuf::RepeatedPtrField<core::EndpointAddress>;

core::EndpointAddress addressOf(const ServedPod& pod, const core::Service& service) {
    core::EndpointAddress address;
    address.set_ip(std::string(pod.facts.ip));
    if (pod.hasOwnName(service)) address.set_hostname(std::string(pod.facts.hostname));
    if (!pod.facts.node.empty()) address.set_nodename(std::string(pod.facts.node));
    auto& target = *address.mutable_targetref();
    target.set_kind("Pod");
    target.set_namespace_(pod.object.nameSpace());
    target.set_name(pod.object.name());
    target.set_uid(pod.object.uid().value());
    return address;
}

std::vector<core::EndpointPort> portsOf(const core::Service& service, ServedPod& pod) {
    auto ports = portsIn<core::EndpointPort>(pod, service);
    for (core::EndpointPort& each : ports)
        if (each.name().empty()) each.clear_name();
    return ports;
}

void sortByAddress(Addresses& addresses) {
    std::sort(addresses.pointer_begin(), addresses.pointer_end(),
              [](const auto* a, const auto* b) { return a->ip() < b->ip(); });
}

/// Leaves `room` of `total` addresses, of each list its share.
void cut(std::vector<Addresses*> lists, int total, int room) {
    int left = room;
    for (Addresses* list : lists) {
        const int share = std::min((list->size() * room + total - 1) / total, left);
        if (list->size() > share) list->DeleteSubrange(share, list->size() - share);
        left -= list->size();
    }
}

/// True when there were too many.
bool truncate(core::Endpoints& endpoints) {
    std::vector<Addresses*> ready;
    std::vector<Addresses*> others;
    int countReady = 0;
    int countOthers = 0;
    for (auto& subset : *endpoints.mutable_subsets()) {
        ready.push_back(subset.mutable_addresses());
        others.push_back(subset.mutable_notreadyaddresses());
        countReady += subset.addresses_size();
        countOthers += subset.notreadyaddresses_size();
    }
    if (countReady + countOthers <= mostAddresses) return false;
    if (countReady > mostAddresses) cut(ready, countReady, mostAddresses);
    if (countOthers > 0) cut(others, countOthers, std::max(mostAddresses - countReady, 0));
    return true;
}

bool same(const core::Endpoints& a, const core::Endpoints& b) {
    return google::protobuf::util::MessageDifferencer::Equivalent(a, b);
}

} // namespace

EndpointsController::EndpointsController(const Deps& deps)
    : QueuedController(deps, "endpoints"), services_(watch<core::Service>(enqueueSelf())),
      pods_(watch<core::Pod>(onSelectable([this](const ObjectPtr& pod) { podChanged(pod); }))),
      endpoints_(watch<Endpoints>(onAny([this](const ObjectPtr& endpoints) {
          // Without a Service they are nobody's business until one by their name has been there.
          if (services_.get(endpoints->key())) enqueue(endpoints->key());
      }))) {
    indexByNamespace(services_);
    indexByNamespace(pods_);
}

void EndpointsController::started() {
    enqueue(leftovers);
}

void EndpointsController::podChanged(const ObjectPtr& pod) {
    for (const ObjectPtr& service : services_.byIndex(byNamespace, pod->nameSpace())) {
        const auto decoded = service->as<core::Service>();
        if (wantsEndpoints(decoded) && selects(decoded, pod)) enqueueAfter(service->key(), together);
    }
}

core::Endpoints EndpointsController::wanted(const core::Service& service) const {
    const bool all = service.spec().publishnotreadyaddresses();
    const bool headless = service.spec().clusterip() == "None";
    std::map<std::string, core::EndpointSubset> subsets;
    for (const ObjectPtr& object : pods_.byIndex(byNamespace, service.metadata().namespace_())) {
        if (!selects(service, object)) continue;
        ServedPod pod(object);
        if (pod.facts.terminal() || pod.facts.ip.empty() || (pod.facts.deleting && !all)) continue;
        const auto ports = portsOf(service, pod);
        if (ports.empty() && !(headless && service.spec().ports_size() == 0)) continue;
        core::EndpointSubset& subset = subsets[portKey(ports)];
        if (subset.ports_size() == 0) subset.mutable_ports()->Add(ports.begin(), ports.end());
        *(all || pod.facts.ready ? subset.add_addresses() : subset.add_notreadyaddresses()) =
            addressOf(pod, service);
    }
    Endpoints endpoints;
    for (auto& [key, subset] : subsets) {
        sortByAddress(*subset.mutable_addresses());
        sortByAddress(*subset.mutable_notreadyaddresses());
        *endpoints.add_subsets() = std::move(subset);
    }
    return endpoints;
}

Step EndpointsController::reconcile(std::string key) {
    if (key == leftovers) {
        for (const ObjectPtr& each : endpoints_.all())
            if (!services_.get(each->key())) enqueue(each->key());
        co_return Result<void>();
    }
    const ObjectPtr object = services_.get(key);
    if (!object) {
        auto removed = co_await removeLeftover(key);
        co_return removed;
    }
    const auto service = object->as<core::Service>();
    if (object->deleting() || !wantsEndpoints(service)) co_return Result<void>();
    Endpoints after = wanted(service);
    const ObjectPtr present = endpoints_.get(key);
    Endpoints before;
    if (present) before = present->as<Endpoints>();
    auto& metadata = *after.mutable_metadata();
    metadata = before.metadata();
    metadata.set_namespace_(object->nameSpace());
    metadata.set_name(object->name());
    *metadata.mutable_labels() = service.metadata().labels();
    (*metadata.mutable_labels())[ownerLabel] = ourName;
    if (service.spec().clusterip() == "None") (*metadata.mutable_labels())[headlessLabel] = "";
    if (truncate(after))
        (*metadata.mutable_annotations())[overCapacity] = "truncated";
    else
        metadata.mutable_annotations()->erase(overCapacity);
    if (present && same(before, after)) co_return Result<void>();
    auto call = present ? api_.update(after) : api_.create(after);
    auto written = co_await call;
    if (written) co_return Result<void>();
    // Deleted meanwhile: the informer will say so.
    if (present && written.error().reason == Reason::NotFound) co_return Result<void>();
    const std::string& why = written.error().message;
    events_.record(object, client::EventRecorder::Type::Warning,
                   present ? "FailedToUpdateEndpoint" : "FailedToCreateEndpoint",
                   present ? fmt::format("Failed to update endpoint {}: {}", key, why)
                           : fmt::format("Failed to create endpoint for service {}: {}", key, why));
    co_return fail(written.error());
}

/// Endpoints of a Service that is gone. Those that only hold an election never had one.
Step EndpointsController::removeLeftover(std::string key) {
    const ObjectPtr endpoints = endpoints_.get(key);
    if (!endpoints || endpoints->deleting()) co_return Result<void>();
    if (client::metadataOf(*endpoints).annotations().contains(leaderAnnotation)) co_return Result<void>();
    auto deleted = co_await api_.remove(endpoints);
    co_return unlessGone(deleted);
}

} // namespace wheelhouse::controllers
