#include "endpointslice_mirroring_controller.h"

#include "endpoint_parts.h"

#include <arpa/inet.h>
#include <array>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>
#include <optional>

namespace wheelhouse::controllers {

namespace discovery = api::discovery;

namespace {

constexpr int mostInSubset = 1000;
constexpr const char* manager = "endpointslicemirroring-controller.k8s.io";
constexpr const char* skipLabel = "endpointslice.kubernetes.io/skip-mirror";
constexpr const char* leaderAnnotation = "control-plane.alpha.kubernetes.io/leader";
constexpr const char* byEndpoints = "mirrored"; ///< index: slices this manages, by "namespace/name"

/// Annotations that speak of the Endpoints object itself.
constexpr std::array<const char*, 2> ownAnnotations = {"endpoints.kubernetes.io/last-change-trigger-time",
                                                       "kubectl.kubernetes.io/last-applied-configuration"};

struct Address {
    std::string family; ///< an EndpointSlice's addressType
    std::string text;   ///< as everybody writes it
};

std::optional<Address> parseAddress(const std::string& text) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    std::array<char, INET6_ADDRSTRLEN> out{};
    for (const auto& [family, name] : {std::pair(AF_INET, "IPv4"), std::pair(AF_INET6, "IPv6")})
        if (inet_pton(family, text.c_str(), bytes.data()) == 1 &&
            inet_ntop(family, bytes.data(), out.data(), out.size()))
            return Address{name, out.data()};
    return std::nullopt;
}

discovery::Endpoint endpointOf(const core::EndpointAddress& from, const std::string& address, bool ready) {
    discovery::Endpoint endpoint;
    endpoint.add_addresses(address);
    endpoint.mutable_conditions()->set_ready(ready);
    if (from.has_targetref()) *endpoint.mutable_targetref() = from.targetref();
    if (!from.nodename().empty()) endpoint.set_nodename(from.nodename());
    if (!from.hostname().empty()) endpoint.set_hostname(from.hostname());
    return endpoint;
}

std::string keyOf(const discovery::EndpointSlice& slice) {
    return slice.addresstype() + " " + portKey(slice.ports());
}

void setMetadata(const ObjectPtr& object, const meta::ObjectMeta& from, meta::ObjectMeta& metadata) {
    metadata.set_namespace_(object->nameSpace());
    metadata.set_generatename(object->name() + "-");
    *metadata.mutable_labels() = from.labels();
    (*metadata.mutable_labels())[serviceLabel] = object->name();
    (*metadata.mutable_labels())[managerLabel] = manager;
    *metadata.mutable_annotations() = from.annotations();
    for (const char* each : ownAnnotations)
        metadata.mutable_annotations()->erase(each);
    metadata.clear_ownerreferences();
    *metadata.add_ownerreferences() = client::controllerReference(*object);
}

} // namespace

EndpointSliceMirroringController::EndpointSliceMirroringController(const Deps& deps)
    : QueuedController(deps, "endpointslicemirroring"), endpoints_(watch<core::Endpoints>(enqueueSelf())),
      services_(watch<core::Service>(enqueueSelf())),
      slices_(watch<Slice>(
          expectations_.watched(onAny([this](const ObjectPtr& slice) { sliceChanged(slice); })))) {
    slices_.addIndex(byEndpoints, [](const ObjectPtr& slice) {
        const auto service = serviceOfSlice(slice, manager);
        return service ? std::vector<std::string>{*service} : std::vector<std::string>();
    });
}

void EndpointSliceMirroringController::sliceChanged(const ObjectPtr& slice) {
    if (const auto service = serviceOfSlice(slice, manager)) enqueue(*service);
}

bool EndpointSliceMirroringController::isMirrored(const ObjectPtr& endpoints) const {
    if (!endpoints || endpoints->deleting()) return false;
    const auto skip = endpoints->labels().find(skipLabel);
    if (skip != endpoints->labels().end() && skip->second == "true") return false;
    if (client::metadataOf(*endpoints).annotations().contains(leaderAnnotation)) return false;
    const ObjectPtr service = services_.get(endpoints->key());
    return service && service->as<core::Service>().spec().selector_size() == 0;
}

std::map<std::string, discovery::EndpointSlice>
EndpointSliceMirroringController::wantedSlices(const ObjectPtr& object) {
    const auto endpoints = object->as<core::Endpoints>();
    std::map<std::string, Slice> slices;
    int invalid = 0;
    int skipped = 0;
    for (const core::EndpointSubset& subset : endpoints.subsets()) {
        Slice empty;
        for (const core::EndpointPort& port : subset.ports()) {
            auto& each = *empty.add_ports();
            each.set_name(port.name());
            each.set_port(port.port());
            each.set_protocol(port.protocol().empty() ? "TCP" : port.protocol());
            if (port.has_appprotocol()) each.set_appprotocol(port.appprotocol());
        }
        int taken = 0;
        const auto add = [&](const core::EndpointAddress& from, bool ready) {
            const auto address = parseAddress(from.ip());
            invalid += !address;
            skipped += address && taken >= mostInSubset;
            if (!address || taken >= mostInSubset) return;
            ++taken;
            empty.set_addresstype(address->family);
            Slice& slice = slices.try_emplace(keyOf(empty), empty).first->second;
            *slice.add_endpoints() = endpointOf(from, address->text, ready);
        };
        for (const auto& address : subset.addresses())
            add(address, true);
        for (const auto& address : subset.notreadyaddresses())
            add(address, false);
    }
    for (auto& [key, slice] : slices)
        setMetadata(object, endpoints.metadata(), *slice.mutable_metadata());
    const auto warning = client::EventRecorder::Type::Warning;
    if (invalid > 0)
        events_.record(
            object, warning, "InvalidIPAddress",
            fmt::format("Skipped {} invalid IP addresses when mirroring to EndpointSlices", invalid));
    if (skipped > 0)
        events_.record(object, warning, "TooManyAddressesToMirror",
                       fmt::format("A max of {} addresses can be mirrored to EndpointSlices per Endpoints "
                                   "subset. {} addresses were skipped",
                                   mostInSubset, skipped));
    return slices;
}

Step EndpointSliceMirroringController::reconcile(std::string key) {
    const ObjectPtr object = endpoints_.get(key);
    if (!isMirrored(object)) {
        auto removed = co_await removeAll(key);
        co_return removed;
    }
    if (!expectations_.met(object->uid(), now())) {
        enqueueAfter(key, Expectations::patience);
        co_return Result<void>();
    }
    auto wanted = wantedSlices(object);
    std::vector<ObjectPtr> doomed;
    Result<void> outcome;
    for (const ObjectPtr& present : slices_.byIndex(byEndpoints, key)) {
        if (present->deleting()) continue;
        const auto before = present->as<Slice>();
        const auto found = wanted.find(keyOf(before));
        if (found == wanted.end() || present->controllerUid() != object->uid()) {
            doomed.push_back(present);
            continue;
        }
        Slice after = before;
        setMetadata(object, found->second.metadata(), *after.mutable_metadata());
        *after.mutable_endpoints() = found->second.endpoints();
        wanted.erase(found);
        if (google::protobuf::util::MessageDifferencer::Equals(before, after)) continue;
        auto written = co_await write(object, std::move(after), false);
        if (!written) outcome = written;
    }
    for (auto& [ports, slice] : wanted) {
        auto written = co_await write(object, slice, true);
        if (!written) outcome = written;
    }
    // Last, so that no endpoint is missing in between.
    for (const ObjectPtr& slice : doomed) {
        expectations_.expectDeletion(object->uid(), slice->uid(), now());
        auto deleted = co_await api_.remove(slice);
        if (deleted) continue;
        expectations_.deletionSeen(object->uid(), slice->uid());
        if (auto gone = unlessGone(deleted); !gone) outcome = gone;
    }
    co_return outcome;
}

Step EndpointSliceMirroringController::write(ObjectPtr endpoints, Slice slice, bool fresh) {
    if (!fresh) {
        auto written = co_await api_.update(std::move(slice));
        co_return unlessGone(written);
    }
    expectations_.expectCreations(endpoints->uid(), 1, now());
    auto made = co_await api_.create(std::move(slice));
    if (made) co_return Result<void>();
    expectations_.creationSeen(endpoints->uid());
    co_return fail(made.error());
}

Step EndpointSliceMirroringController::removeAll(std::string key) {
    Result<void> outcome;
    for (const ObjectPtr& slice : slices_.byIndex(byEndpoints, key)) {
        if (slice->deleting()) continue;
        auto deleted = co_await api_.remove(slice);
        if (auto gone = unlessGone(deleted); !gone) outcome = gone;
    }
    co_return outcome;
}

} // namespace wheelhouse::controllers
