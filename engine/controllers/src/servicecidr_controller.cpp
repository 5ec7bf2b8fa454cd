#include "servicecidr_controller.h"

#include "finalizers.h"
#include "ip_range.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::controllers {

namespace networking = api::networking;
using Type = client::EventRecorder::Type;

namespace {

constexpr const char* finalizer = "networking.k8s.io/service-cidr-finalizer";
constexpr const char* defaultName = "kubernetes";
constexpr Duration untilHeard = std::chrono::seconds(10);
constexpr const char* familyLabel = "ipaddress.kubernetes.io/ip-family";
constexpr const char* managerLabel = "ipaddress.kubernetes.io/managed-by";
constexpr const char* manager = "ipallocator.k8s.io";
constexpr const char* servicePrefix = "service:";
constexpr const char* addressPrefix = "address:";

bool isManaged(const ObjectPtr& address) {
    const auto found = address->labels().find(managerLabel);
    return found != address->labels().end() && found->second == manager;
}

bool hasAddress(const core::Service& service, const std::string& address) {
    const auto& all = service.spec().clusterips();
    return service.spec().clusterip() == address || std::find(all.begin(), all.end(), address) != all.end();
}

bool refersTo(const networking::IPAddress& address, const ObjectPtr& service) {
    const auto& parent = address.spec().parentref();
    return parent.group().empty() && parent.resource() == "services" &&
           parent.namespace_() == service->nameSpace() && parent.name() == service->name();
}

std::string serviceOf(const networking::IPAddress& address) {
    return address.spec().parentref().namespace_() + "/" + address.spec().parentref().name();
}

} // namespace

ServiceCidrController::ServiceCidrController(const Deps& deps)
    : QueuedController(deps, "service-cidrs"),
      cidrs_(watch<networking::ServiceCIDR>(onAny([this](const ObjectPtr& object) {
          enqueue(object->key());
          enqueueDeleting();
      }))),
      addresses_(watch<networking::IPAddress>({.onDelete = [this](const auto&) { enqueueDeleting(); }})) {}

void ServiceCidrController::enqueueDeleting() {
    for (const ObjectPtr& each : cidrs_.all())
        if (each->deleting()) enqueue(each->key());
}

Step ServiceCidrController::reconcile(std::string key) {
    const ObjectPtr object = cidrs_.get(key);
    if (!object) co_return Result<void>();
    auto cidr = object->as<Cidr>();
    if (object->deleting()) co_return co_await release(object, std::move(cidr));
    if (!hasFinalizer(cidr.metadata(), finalizer)) {
        cidr.mutable_metadata()->add_finalizers(finalizer);
        auto written = co_await api_.update(std::move(cidr));
        if (!written) co_return unlessGone(written);
        cidr = written->object->as<Cidr>();
    }
    const char* message =
        key == defaultName ? "Kubernetes default Service CIDR is ready" : "Kubernetes Service CIDR is ready";
    co_return co_await writeReady(std::move(cidr), true, std::string(), message);
}

Step ServiceCidrController::release(ObjectPtr object, Cidr cidr) {
    if (isNeeded(cidr))
        co_return co_await writeReady(
            std::move(cidr), false, "Terminating",
            "There are still IPAddresses referencing the ServiceCIDR, please remove "
            "them or create a new ServiceCIDR");
    const Duration left = api::fromTime(cidr.metadata().deletiontimestamp()) + untilHeard - wallNow();
    if (left > Duration::zero()) {
        enqueueAfter(object->key(), left);
        co_return Result<void>();
    }
    if (!dropFinalizer(*cidr.mutable_metadata(), finalizer)) co_return Result<void>();
    auto written = co_await api_.update(std::move(cidr));
    co_return unlessGone(written);
}

bool ServiceCidrController::isNeeded(const Cidr& cidr) const {
    std::vector<IpRange> others;
    for (const ObjectPtr& each : cidrs_.all()) {
        if (each->name() == cidr.metadata().name()) continue;
        const auto other = each->as<Cidr>();
        for (const std::string& text : other.spec().cidrs())
            if (const auto range = IpRange::parse(text)) others.push_back(*range);
    }
    const auto offeredElsewhere = [&](const IpRange& address) {
        return std::any_of(others.begin(), others.end(),
                           [&](const IpRange& other) { return other.offers(address); });
    };
    for (const std::string& text : cidr.spec().cidrs()) {
        const auto range = IpRange::parse(text);
        if (!range) continue;
        for (const ObjectPtr& each : addresses_.all()) {
            const auto address = IpRange::parse(each->name());
            if (address && isManaged(each) && range->offers(*address) && !offeredElsewhere(*address))
                return true;
        }
    }
    return false;
}

Step ServiceCidrController::writeReady(Cidr cidr, bool ready, std::string reason, std::string message) {
    auto& conditions = *cidr.mutable_status()->mutable_conditions();
    const auto found = std::find_if(conditions.begin(), conditions.end(),
                                    [](const auto& each) { return each.type() == "Ready"; });
    auto& condition = found == conditions.end() ? *conditions.Add() : *found;
    const std::string status = ready ? "True" : "False";
    if (condition.status() == status && condition.reason() == reason && condition.message() == message)
        co_return Result<void>();
    if (condition.status() != status) *condition.mutable_lasttransitiontime() = timestamp();
    condition.set_type("Ready");
    condition.set_status(status);
    condition.set_reason(reason);
    condition.set_message(message);
    auto written = co_await api_.updateStatus(std::move(cidr));
    co_return unlessGone(written);
}

IpAddressController::IpAddressController(const Deps& deps)
    : QueuedController(deps, "ip-addresses"),
      services_(watch<core::Service>(onAny([this](const ObjectPtr& object) {
          enqueue(servicePrefix + object->key());
          const auto service = object->as<core::Service>();
          for (const std::string& address : service.spec().clusterips())
              if (addresses_.get(address)) enqueue(addressPrefix + address);
      }))),
      addresses_(watch<networking::IPAddress>(
          {.onAdd = [this](const ObjectPtr& address) { enqueue(addressPrefix + address->name()); },
           .onUpdate = [this](const ObjectPtr&,
                              const ObjectPtr& address) { enqueue(addressPrefix + address->name()); },
           .onDelete =
               [this](const ObjectPtr& address) {
                   enqueue(servicePrefix + serviceOf(address->as<networking::IPAddress>()));
               }})) {}

Step IpAddressController::reconcile(std::string key) {
    const std::string name = key.substr(key.find(':') + 1);
    if (key.starts_with(servicePrefix)) {
        const ObjectPtr service = services_.get(name);
        if (!service || service->deleting()) co_return Result<void>();
        co_return co_await reconcileService(service);
    }
    const ObjectPtr address = addresses_.get(name);
    if (!address || address->deleting()) co_return Result<void>();
    co_return co_await reconcileAddress(address);
}

Step IpAddressController::reconcileService(ObjectPtr object) {
    const auto service = object->as<core::Service>();
    for (const std::string& address : service.spec().clusterips()) {
        if (!IpRange::parse(address)) continue; // "None"
        const ObjectPtr known = addresses_.get(address);
        if (known && refersTo(known->as<networking::IPAddress>(), object)) continue;
        if (known) {
            if (!isManaged(known)) continue;
            const std::string other = serviceOf(known->as<networking::IPAddress>());
            const ObjectPtr holder = services_.get(other);
            if (holder && hasAddress(holder->as<core::Service>(), address)) {
                events_.record(object, Type::Warning, "ClusterIPAlreadyAllocated",
                               fmt::format("Cluster IP {} was assigned to multiple services; please recreate "
                                           "service",
                                           address));
                continue;
            }
            events_.record(object, Type::Warning, "ClusterIPNotAllocated",
                           fmt::format("the ClusterIP {} for Service {} has a wrong reference; repairing",
                                       address, object->key()));
            auto deleted = co_await api_.remove(known); // its going brings the service back here
            if (auto gone = unlessGone(deleted); !gone) co_return gone;
        }
        auto made = co_await claim(object, address);
        if (!made) co_return made;
    }
    co_return Result<void>();
}

Step IpAddressController::claim(ObjectPtr service, std::string address) {
    networking::IPAddress made;
    made.mutable_metadata()->set_name(address);
    auto& labels = *made.mutable_metadata()->mutable_labels();
    labels[managerLabel] = manager;
    labels[familyLabel] = address.find(':') == std::string::npos ? "IPv4" : "IPv6";
    auto& parent = *made.mutable_spec()->mutable_parentref();
    parent.set_resource("services");
    parent.set_namespace_(service->nameSpace());
    parent.set_name(service->name());
    auto written = co_await api_.create(std::move(made));
    if (written || written.error().reason == Reason::AlreadyExists) co_return Result<void>();
    co_return fail(written.error());
}

Step IpAddressController::reconcileAddress(ObjectPtr object) {
    if (!isManaged(object)) co_return Result<void>();
    const auto address = object->as<networking::IPAddress>();
    const auto& parent = address.spec().parentref();
    if (parent.group().empty() && parent.resource() == "services") {
        const ObjectPtr known = services_.get(serviceOf(address));
        if (known && hasAddress(known->as<core::Service>(), object->name())) co_return Result<void>();
        auto live = co_await api_.get<core::Service>(parent.namespace_(), parent.name());
        if (!live && live.error().reason != Reason::NotFound) co_return fail(live.error());
        if (live && hasAddress((*live)->as<core::Service>(), object->name())) co_return Result<void>();
    } else
        events_.record(object, Type::Warning, "IPAddressNotAllocated",
                       fmt::format("IPAddress {} appears to have been modified, not referencing a Service: "
                                   "cleaning up",
                                   object->name()));
    auto deleted = co_await api_.remove(object);
    co_return unlessGone(deleted);
}

} // namespace wheelhouse::controllers
