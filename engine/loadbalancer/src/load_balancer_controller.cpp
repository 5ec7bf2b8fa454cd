#include "load_balancer_controller.h"

#include "engine/loadbalancer/load_balancer.h"
#include "loopback.h"

#include <algorithm>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>
#include <set>

namespace wheelhouse::loadbalancer {

namespace discovery = api::discovery;
using Type = client::EventRecorder::Type;

namespace {

constexpr auto ownClass = "wheelhouse.dev/host";
constexpr auto ofService = "service of slice";
constexpr auto serviceLabel = "kubernetes.io/service-name";
constexpr auto notPermitted = "wheelhouse.dev/PortNotPermitted";
constexpr auto notSupported = "wheelhouse.dev/ProtocolNotSupported";
constexpr int mostAddresses = 32;
constexpr int affinitySeconds = 10'800;

bool isOurs(const core::Service& service) {
    const core::ServiceSpec& spec = service.spec();
    return spec.type() == "LoadBalancer" && !service.metadata().has_deletiontimestamp() &&
           (spec.loadbalancerclass().empty() || spec.loadbalancerclass() == ownClass);
}

/// The numbers an address answers at: the service's own, and its node ports.
std::set<std::uint16_t> numbersOf(const core::ServiceSpec& spec) {
    std::set<std::uint16_t> out;
    for (const core::ServicePort& port : spec.ports()) {
        if (port.protocol() != "TCP") continue;
        out.insert(static_cast<std::uint16_t>(port.port()));
        if (port.nodeport() > 0) out.insert(static_cast<std::uint16_t>(port.nodeport()));
    }
    return out;
}

const core::ServicePort* portOf(const core::ServiceSpec& spec, std::uint16_t number) {
    const core::ServicePort* found = nullptr;
    for (const core::ServicePort& port : spec.ports()) {
        if (port.protocol() != "TCP") continue;
        if (port.port() == number) return &port;
        if (port.nodeport() == number) found = &port;
    }
    return found;
}

} // namespace

LoadBalancerController::LoadBalancerController(const controllers::Deps& deps, HostFront& front,
                                               nodelink::PodStreams& streams)
    : QueuedController(deps, "service-load-balancer"), front_(front), streams_(streams),
      services_(watch<core::Service>(enqueueSelf())), slices_(watch<discovery::EndpointSlice>()) {
    slices_.addIndex(ofService, [](const ObjectPtr& slice) {
        const auto name = slice->labels().find(serviceLabel);
        return name == slice->labels().end()
                   ? std::vector<std::string>()
                   : std::vector<std::string>{slice->nameSpace() + "/" + name->second};
    });
}

void LoadBalancerController::stop() {
    QueuedController::stop();
    relays_.clear();
    balanced_.clear();
}

Step LoadBalancerController::reconcile(std::string key) {
    const ObjectPtr object = services_.get(key);
    if (!object || !isOurs(object->as<core::Service>())) {
        balanced_.erase(key);
        co_return Result<void>();
    }
    auto service = object->as<core::Service>();
    Balanced& balanced = balanced_[key];
    const bool first = service.status().loadbalancer().ingress().empty();
    if (balanced.doors.empty() && first)
        events_.record(object, Type::Normal, "EnsuringLoadBalancer", "Ensuring load balancer");
    if (const auto opened = open(key, service, balanced); !opened) {
        events_.record(object, Type::Warning, "SyncLoadBalancerFailed",
                       "Error syncing load balancer: " + opened.error().message);
        co_return opened;
    }
    core::LoadBalancerStatus status = statusOf(service.spec(), balanced);
    if (google::protobuf::util::MessageDifferencer::Equals(status, service.status().loadbalancer()))
        co_return Result<void>();
    *service.mutable_status()->mutable_loadbalancer() = std::move(status);
    auto written = co_await api_.updateStatus(std::move(service));
    if (written) events_.record(object, Type::Normal, "EnsuredLoadBalancer", "Ensured load balancer");
    co_return controllers::unlessGone(written);
}

Result<void> LoadBalancerController::open(const std::string& key, const core::Service& service,
                                          Balanced& balanced) {
    const core::ServiceSpec& spec = service.spec();
    const std::string& asked = spec.loadbalancerip();
    if (!asked.empty()) {
        if (balanced.address != asked) balanced = {asked, {}, {}};
        return openDoors(key, spec, balanced);
    }
    if (balanced.address.empty()) {
        for (const core::LoadBalancerIngress& ingress : service.status().loadbalancer().ingress())
            if (isLoopback(ingress.ip())) balanced.address = ingress.ip();
        if (balanced.address.empty()) balanced.address = loopbackFor(spec.clusterip());
    }
    Result<void> opened = openDoors(key, spec, balanced);
    for (int i = 0; i < mostAddresses && !opened && opened.error().reason == Reason::AlreadyExists; ++i) {
        balanced = {nextLoopback(balanced.address), {}, {}};
        opened = openDoors(key, spec, balanced);
    }
    return opened;
}

Result<void> LoadBalancerController::openDoors(const std::string& key, const core::ServiceSpec& spec,
                                               Balanced& balanced) {
    const std::set<std::uint16_t> wanted = numbersOf(spec);
    std::erase_if(balanced.doors, [&](const auto& door) { return !wanted.contains(door.first); });
    for (const std::uint16_t number : wanted) {
        if (balanced.doors.contains(number)) continue;
        auto listener = front_.listen(balanced.address, number,
                                      [this, key, number](auto socket, const std::string& client) {
                                          accepted(key, number, std::move(socket), client);
                                      });
        if (listener)
            balanced.doors[number].listener = std::move(*listener);
        else if (listener.error().reason == Reason::Forbidden)
            balanced.doors[number].error = notPermitted;
        else
            return fail(listener.error());
    }
    return {};
}

core::LoadBalancerStatus LoadBalancerController::statusOf(const core::ServiceSpec& spec,
                                                          const Balanced& balanced) {
    core::LoadBalancerStatus status;
    core::LoadBalancerIngress& ingress = *status.add_ingress();
    ingress.set_ip(balanced.address);
    ingress.set_ipmode("Proxy");
    for (const core::ServicePort& port : spec.ports()) {
        core::PortStatus& said = *ingress.add_ports();
        said.set_port(port.port());
        said.set_protocol(port.protocol());
        const auto door = balanced.doors.find(static_cast<std::uint16_t>(port.port()));
        const std::string error = port.protocol() != "TCP"       ? notSupported
                                  : door == balanced.doors.end() ? std::string()
                                                                 : door->second.error;
        if (!error.empty()) said.set_error(error);
    }
    return status;
}

void LoadBalancerController::accepted(const std::string& key, std::uint16_t number,
                                      std::unique_ptr<HostSocket> socket, const std::string& client) {
    const ObjectPtr object = services_.get(key);
    const auto balanced = balanced_.find(key);
    if (!object || balanced == balanced_.end()) return;
    const auto service = object->as<core::Service>();
    const core::ServiceSpec& spec = service.spec();
    const core::ServicePort* port = portOf(spec, number);
    if (port == nullptr || !letsIn(spec, client)) return;
    const std::vector<PodBackend> backends = backendsOf(slices_.byIndex(ofService, key), *port);
    const PodBackend* chosen = choose(backends, spec, balanced->second, client);
    if (chosen == nullptr) return;
    const std::uint64_t id = nextRelay_++;
    relays_[id] = std::make_unique<Relay>(
        std::move(socket),
        [&](nodelink::DuplexEvents events) {
            return streams_.openPort(chosen->node, chosen->port, std::move(events));
        },
        [this, id] { relays_.erase(id); });
}

const PodBackend* LoadBalancerController::choose(const std::vector<PodBackend>& backends,
                                                 const core::ServiceSpec& spec, Balanced& balanced,
                                                 const std::string& client) {
    if (backends.empty()) return nullptr;
    const PodBackend* chosen = &backends[random_.below(backends.size())];
    if (spec.sessionaffinity() != "ClientIP") return chosen;
    const int configured = spec.sessionaffinityconfig().clientip().timeoutseconds();
    const Duration limit = std::chrono::seconds(configured > 0 ? configured : affinitySeconds);
    std::erase_if(balanced.clients, [&](const auto& each) { return each.second.second + limit < now(); });
    if (const auto known = balanced.clients.find(client); known != balanced.clients.end())
        for (const PodBackend& backend : backends)
            if (backend.port.podUid == known->second.first) chosen = &backend;
    balanced.clients[client] = {chosen->port.podUid, now()};
    return chosen;
}

std::unique_ptr<controllers::Controller> makeLoadBalancer(const controllers::Deps& deps, HostFront& front,
                                                          nodelink::PodStreams& streams) {
    return std::make_unique<LoadBalancerController>(deps, front, streams);
}

} // namespace wheelhouse::loadbalancer
