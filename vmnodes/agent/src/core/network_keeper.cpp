#include "network_keeper.h"

#include "engine/base/log.h"
#include "objects.h"
#include "vmnodes/network/name_routes.h"

#include <utility>

namespace wheelhouse::agent {

namespace {

constexpr auto routesKey = "network";
constexpr auto objectPrefix = "object/";
constexpr Duration together = std::chrono::milliseconds(10);
constexpr Duration tryAgain = std::chrono::seconds(2);

std::string keyOf(const nodelink::DesiredObject& object) {
    const nodelink::PodRef& ref = object.object();
    return objectPrefix + ObjectCache::key(object.kind(), ref.namespace_(), ref.name());
}

} // namespace

bool NetworkKeeper::restore(const std::string& key, const std::string& bytes) {
    if (key == routesKey) {
        nodelink::Network routes;
        if (routes.ParseFromString(bytes)) runtime_.applyNetwork(routes, [](Result<void>) {});
        return true;
    }
    nodelink::DesiredObject object;
    if (!key.starts_with(objectPrefix) || !object.ParseFromString(bytes) ||
        !network::NetworkObjects::keeps(object.kind()))
        return false;
    objects_.set(object.kind(), object.object().namespace_(), object.object().name(), object.bytes());
    object.clear_bytes();
    known_[key] = std::move(object);
    changed(together);
    return true;
}

bool NetworkKeeper::take(const nodelink::DesiredObject& object) {
    if (!network::NetworkObjects::keeps(object.kind())) return false;
    const std::string key = keyOf(object);
    named_.insert(key);
    if (!isUsable(object)) return true;
    const nodelink::PodRef& ref = object.object();
    if (!objects_.set(object.kind(), ref.namespace_(), ref.name(), object.bytes())) return true;
    if (object.bytes().empty()) {
        known_.erase(key);
        store_.remove(key);
    } else {
        nodelink::DesiredObject& known = known_[key] = object;
        known.clear_bytes();
        if (const auto kept = store_.put(key, object.SerializeAsString()); !kept)
            log::error("agent", "cannot keep the desired state: {}", kept.error().message);
    }
    changed(together);
    return true;
}

bool NetworkKeeper::isUsable(const nodelink::DesiredObject& object) {
    if (object.kind() != network::nameSettingsKind || object.bytes().empty()) return true;
    api::core::ConfigMap settings;
    if (!settings.ParseFromString(object.bytes())) return false;
    const auto routes = network::NameRoutes::of(settings);
    if (!routes)
        problem_ = "ConfigMap " + object.object().namespace_() + "/" + object.object().name() + ": " +
                   routes.error().message + "; names are asked for where they were before";
    return routes.has_value();
}

void NetworkKeeper::synced() {
    std::vector<nodelink::DesiredObject> gone;
    for (const auto& [key, object] : known_)
        if (!named_.contains(key)) gone.push_back(object);
    for (const nodelink::DesiredObject& object : gone) // says so: it has no bytes
        take(object);
}

void NetworkKeeper::setRoutes(const nodelink::Network& routes, std::function<void()> then) {
    if (const auto kept = store_.put(routesKey, routes.SerializeAsString()); !kept)
        log::error("agent", "cannot keep the desired state: {}", kept.error().message);
    runtime_.applyNetwork(
        routes, [then = std::move(then), life = std::weak_ptr(life_)](Result<void> applied) {
            if (life.expired()) return;
            if (!applied)
                log::error("agent", "the pod network could not be set up: {}", applied.error().message);
            then();
        });
}

void NetworkKeeper::setHostPorts(std::vector<network::HostPort> ports) {
    if (ports == objects_.hostPorts) return;
    objects_.hostPorts = std::move(ports);
    changed(Duration::zero());
}

void NetworkKeeper::changed(Duration delay) {
    again_ = true;
    if (!applying_ && !timer_.active()) timer_.start(executor_, delay, [this] { apply(); });
}

void NetworkKeeper::apply() {
    applying_ = true;
    again_ = false;
    runtime_.applyTraffic(std::make_shared<network::NetworkObjects>(objects_),
                          [this, life = std::weak_ptr(life_)](Result<void> applied) {
                              if (life.expired()) return;
                              applying_ = false;
                              if (!applied)
                                  log::error("agent", "services and policies could not be set up: {}",
                                             applied.error().message);
                              if (!applied || again_) changed(applied ? together : tryAgain);
                          });
}

} // namespace wheelhouse::agent
