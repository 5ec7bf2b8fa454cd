#include "node_gateway.h"

#include "engine/api/codec.h"
#include "engine/api/decoded.h"
#include "engine/api/glance.h"
#include "engine/api/kind.h"
#include "engine/base/log.h"
#include "engine/controllers/queued_controller.h"
#include "engine/nodelink/token_name.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace wheelhouse::controlplane {

namespace core = api::core;

namespace {

constexpr Duration waitForInformers = std::chrono::milliseconds(20);

NodeName nodeOf(const api::ObjectPtr& pod) {
    return NodeName(std::string(api::nodeOfPod(*pod)));
}

} // namespace

NodeGateway::NodeGateway(client::Cluster& cluster, nodelink::NodeHub& hub, client::InformerSet& informers,
                         Executor& control, GatewayOptions options)
    : cluster_(cluster), hub_(hub), control_(control), options_(std::move(options)),
      pods_(informers.of<core::Pod>()), nodes_(informers.of<core::Node>()),
      configMaps_(informers.of<core::ConfigMap>()), secrets_(informers.of<core::Secret>()),
      claims_(informers.of<core::PersistentVolumeClaim>()), volumes_(informers.of<core::PersistentVolume>()),
      writer_(cluster, control, nodes_, pods_, options_.leaseDuration),
      tokens_(options_.tokens, control,
              [this](const ObjectName& name, const std::string& token) { sendToken(name, token); }),
      network_(informers, hub) {
    controllers::indexByNode(pods_);
    const std::weak_ptr life(life_);
    const auto alive = [life](auto task) {
        return [life, task](const api::ObjectPtr& object) {
            if (!life.expired()) task(object);
        };
    };
    const auto handle = [&](client::Informer& informer, auto changed, auto deleted) {
        informer.addHandler(
            {.onAdd = alive(changed),
             .onUpdate = [update = alive(changed)](const api::ObjectPtr&,
                                                   const api::ObjectPtr& now) { update(now); },
             .onDelete = alive(deleted)});
    };
    handle(
        pods_, [this](const api::ObjectPtr& pod) { podChanged(pod); },
        [this](const api::ObjectPtr& pod) { podDeleted(pod); });
    pods_.addHandler({.onUpdate = [this, life](const api::ObjectPtr& before, const api::ObjectPtr& now) {
        if (!life.expired()) noteWhoSpoke(before, now);
    }});
    handle(
        nodes_, [this](const api::ObjectPtr& node) { nodeChanged(node); },
        [this](const api::ObjectPtr& node) {
            if (routes_.erase(node->name()) > 0) networkChanged();
        });
    const auto configMap = [this](const api::ObjectPtr& object) { objectChanged("ConfigMap", object); };
    const auto secret = [this](const api::ObjectPtr& object) { objectChanged("Secret", object); };
    handle(configMaps_, configMap, configMap);
    handle(secrets_, secret, secret);
    const auto claim = [this](const api::ObjectPtr& object) {
        claimChanged(object->nameSpace(), object->name());
    };
    const auto volume = [this](const api::ObjectPtr& object) { volumeChanged(object); };
    handle(claims_, claim, claim);
    handle(volumes_, volume, volume);
    hub_.setListener(this);
    if (options_.real) {
        lastBeats_ = options_.real->now();
        beatForNodes();
    }
}

NodeGateway::~NodeGateway() {
    hub_.setListener(nullptr);
}

bool NodeGateway::allSynced() const {
    return pods_.synced() && nodes_.synced() && configMaps_.synced() && secrets_.synced() &&
           claims_.synced() && volumes_.synced() && network_.synced();
}

void NodeGateway::onConnected(const NodeName& node, const nodelink::Hello& hello) {
    log::info("gateway", "node {} has connected with {} pods", node.value(), hello.pods_size());
    Connection& connection = connections_[node];
    connection = {};
    network_.disconnect(node); // an older connection of it
    connection.events = std::make_unique<client::EventRecorder>(cluster_, control_, "kubelet", node.value());
    nodelink::ToAgent welcome;
    welcome.mutable_welcome()->set_heartbeat_seconds(static_cast<std::uint32_t>(std::max<std::int64_t>(
        1, std::chrono::duration_cast<std::chrono::seconds>(options_.heartbeat).count())));
    hub_.send(node, std::move(welcome));
    core::Node object;
    if (!object.ParseFromString(hello.node())) log::error("gateway", "node {} cannot be read", node.value());
    connection.simulated = routeOf(object).simulated;
    object.mutable_metadata()->set_name(node.value()); // the certificate's, never what the agent says
    writer_.registerNode(std::move(object));
    newcomers_.push_back(node);
    sendAllWhenKnown();
}

void NodeGateway::onDisconnected(const NodeName& node) {
    log::info("gateway", "node {} has disconnected", node.value());
    connections_.erase(node);
    network_.disconnect(node);
    writer_.forgetNode(node.value());
}

void NodeGateway::onMessage(const NodeName& node, const nodelink::FromAgent& message) {
    using What = nodelink::FromAgent::WhatCase;
    switch (message.what_case()) {
    case What::kNodeStatus: {
        core::NodeStatus status;
        if (status.ParseFromString(message.node_status()))
            writer_.nodeStatus(node.value(), std::move(status));
        return;
    }
    case What::kHeartbeat:
        if (const auto known = connections_.find(node); known != connections_.end()) {
            if (options_.real) known->second.beaten = options_.real->now();
            if (std::exchange(known->second.spokenFor, false)) haveAllSaidAnew(node);
        }
        return writer_.heartbeat(node.value());
    case What::kPodStatus:
    case What::kPodGone: {
        const bool gone = message.what_case() == What::kPodGone;
        const nodelink::PodRef& ref = gone ? message.pod_gone().pod() : message.pod_status().pod();
        // A node may speak of its own pods only.
        const api::ObjectPtr pod = pods_.get(ref.namespace_() + "/" + ref.name());
        if (pod && pod->uid().value() == ref.uid() && nodeOf(pod) != node) return;
        return gone ? writer_.podGone(ref) : writer_.podStatus(ref, message.pod_status().status());
    }
    case What::kEvent:
        return recordEvent(node, message.event());
    case What::kUsage:
        if (onUsage_) onUsage_(node, message.usage());
        return;
    case What::kFaultReport:
        if (faults_.reported) faults_.reported(node, message.fault_report());
        return;
    default:
        return;
    }
}

void NodeGateway::recordEvent(const NodeName& node, const nodelink::EventReport& report) {
    const auto it = connections_.find(node);
    if (it == connections_.end()) return;
    core::ObjectReference about;
    about.set_apiversion("v1");
    if (report.has_pod()) {
        about.set_kind("Pod");
        about.set_namespace_(report.pod().namespace_());
        about.set_name(report.pod().name());
        about.set_uid(report.pod().uid());
    } else {
        about.set_kind("Node");
        about.set_name(node.value());
        about.set_uid(node.value()); // as kubelets refer to their node, and kubectl looks for it
    }
    if (!report.container().empty()) about.set_fieldpath("spec.containers{" + report.container() + "}");
    const auto type = report.type() == "Warning" ? client::EventRecorder::Type::Warning
                                                 : client::EventRecorder::Type::Normal;
    it->second.events->record(about, type, report.reason(), report.message());
}

void NodeGateway::noteWhoSpoke(const api::ObjectPtr& before, const api::ObjectPtr& now) {
    const auto it = connections_.find(nodeOf(now));
    if (it == connections_.end() || !api::PodFacts(*before).ready || api::PodFacts(*now).ready) return;
    const auto pod = api::decoded<core::Pod>(now);
    for (const core::PodCondition& condition : pod->status().conditions())
        if (condition.type() == "Ready") it->second.spokenFor |= condition.reason() == "NodeNotReady";
}

void NodeGateway::haveAllSaidAnew(const NodeName& node) {
    control_.post([this, node, life = std::weak_ptr(life_)] {
        if (life.expired()) return;
        hub_.disconnect(node, Status(Reason::ServiceUnavailable,
                                     "the node was silent for long: what it says is wanted anew"));
    });
}

void NodeGateway::beatForNodes() {
    const Instant now = options_.real->now();
    // At their own pace or slower the nodes beat often enough themselves.
    const bool fast = (now - std::exchange(lastBeats_, now)) * 10 < options_.heartbeat * 9;
    for (const auto& [node, connection] : connections_) {
        const auto route = routes_.find(node.value());
        const bool simulated = route != routes_.end() && route->second.simulated;
        if (fast && !simulated && connection.beaten && now - *connection.beaten < 2 * options_.heartbeat)
            writer_.heartbeat(node.value());
    }
    beatTimer_.start(control_, options_.heartbeat, [this] { beatForNodes(); });
}

// --- down: pods and what they refer to
// --------------------------------------------------------------------------------

void NodeGateway::sendAllWhenKnown() {
    if (!allSynced()) {
        if (!waitTimer_.active())
            waitTimer_.start(control_, waitForInformers, [this] { sendAllWhenKnown(); });
        return;
    }
    for (const NodeName& node : std::exchange(newcomers_, {})) {
        const auto it = connections_.find(node);
        if (it != connections_.end() && !it->second.sentAll) sendAll(node, it->second);
    }
    networkChanged();
    disksChanged();
}

void NodeGateway::sendAll(const NodeName& node, Connection& connection) {
    connection.sentAll = true;
    if (faults_.connected) faults_.connected(node);
    // First: pods are started into it.
    sendNetwork(node, connection);
    if (!connection.simulated) network_.connect(node);
    for (const api::ObjectPtr& object : pods_.byIndex(controllers::byNode, node.value()))
        sendPod(node, connection, object);
    nodelink::ToAgent synced;
    synced.mutable_synced();
    hub_.send(node, std::move(synced));
}

void NodeGateway::sendPod(const NodeName& node, Connection& connection, const api::ObjectPtr& object) {
    const std::size_t hash = desiredHash(*object);
    const auto [known, added] = connection.pods.try_emplace(object->uid().value(), hash);
    if (!added && known->second == hash) return; // only what the node itself reported has changed
    known->second = hash;
    core::Pod pod = *api::decoded<core::Pod>(object);
    for (const ObjectName& name : referredObjects(pod))
        if (connection.objects.insert(name).second) sendObject(node, name);
    // Half of a pod may be who set which of its fields: nothing to a node, which keeps what it is sent.
    pod.mutable_metadata()->clear_managedfields();
    nodelink::ToAgent message;
    message.mutable_pod()->set_pod(api::serialize(pod));
    hub_.send(node, std::move(message));
}

void NodeGateway::sendObject(const NodeName& node, const ObjectName& name) {
    if (name.kind == nodelink::tokenKind) return tokens_.want(name); // sent when it comes
    sendObject(node, name, bytesOf(node, name));
}

void NodeGateway::sendObject(const NodeName& node, const ObjectName& name, const std::string& bytes) {
    nodelink::ToAgent message;
    nodelink::DesiredObject& desired = *message.mutable_object();
    desired.set_kind(name.kind);
    desired.mutable_object()->set_namespace_(name.nameSpace);
    desired.mutable_object()->set_name(name.name);
    desired.set_bytes(bytes);
    hub_.send(node, std::move(message));
}

std::string NodeGateway::bytesOf(const NodeName& node, const ObjectName& name) const {
    const std::string key = name.nameSpace + "/" + name.name;
    if (name.kind != "PersistentVolumeClaim") {
        const client::Informer& informer = name.kind == "Secret" ? secrets_ : configMaps_;
        const api::ObjectPtr object = informer.get(key);
        return object ? object->bytes() : std::string();
    }
    const api::ObjectPtr claim = claims_.get(key);
    if (!claim) return {};
    const auto decoded = claim->as<core::PersistentVolumeClaim>();
    const api::ObjectPtr volume = volumes_.get(decoded.spec().volumename());
    if (!volume || decoded.status().phase() != "Bound") return {};
    const auto found = volume->as<core::PersistentVolume>();
    if (found.spec().claimref().uid() != claim->uid().value()) return {};
    const api::ObjectPtr object = nodes_.get(node.value());
    return mayMount(found, object ? object->as<core::Node>() : core::Node()) ? volume->bytes()
                                                                             : std::string();
}

void NodeGateway::attachedChanged(const NodeName& node, Connection& connection, const core::Node& object) {
    std::set<std::string> now;
    for (const core::AttachedVolume& each : object.status().volumesattached())
        now.insert(each.name());
    if (std::exchange(connection.attached, now) == now) return;
    for (const ObjectName& name : connection.objects)
        if (name.kind == "PersistentVolumeClaim") sendObject(node, name);
}

void NodeGateway::podChanged(const api::ObjectPtr& object) {
    const NodeName node = nodeOf(object);
    const auto it = connections_.find(node);
    if (it != connections_.end() && it->second.sentAll) sendPod(node, it->second, object);
}

void NodeGateway::podDeleted(const api::ObjectPtr& object) {
    tokens_.forgetPod(object->nameSpace(), object->uid().value());
    const NodeName node = nodeOf(object);
    const auto it = connections_.find(node);
    if (it == connections_.end() || !it->second.sentAll) return;
    it->second.pods.erase(object->uid().value());
    nodelink::ToAgent message;
    nodelink::PodRef& ref = *message.mutable_pod_removed();
    ref.set_namespace_(object->nameSpace());
    ref.set_name(object->name());
    ref.set_uid(object->uid().value());
    hub_.send(node, std::move(message));
    for (const ObjectName& name : referredObjects(object->as<core::Pod>()))
        if (!needed(node, name)) it->second.objects.erase(name);
}

bool NodeGateway::needed(const NodeName& node, const ObjectName& name) const {
    if (name.kind == nodelink::tokenKind) return false; // of one pod alone
    const auto pods = pods_.byIndex(controllers::byNode, node.value());
    return std::any_of(pods.begin(), pods.end(), [&](const api::ObjectPtr& pod) {
        return pod->nameSpace() == name.nameSpace && referredObjects(pod->as<core::Pod>()).contains(name);
    });
}

void NodeGateway::objectChanged(const std::string& kind, const api::ObjectPtr& object) {
    sendToAll({kind, object->nameSpace(), object->name()});
}

void NodeGateway::sendToAll(const ObjectName& name) {
    for (const auto& [node, connection] : connections_)
        if (connection.objects.contains(name)) sendObject(node, name);
}

void NodeGateway::sendToken(const ObjectName& name, const std::string& token) {
    const auto wanted = nodelink::TokenName::parse(name.name);
    const api::ObjectPtr pod = wanted ? pods_.get(name.nameSpace + "/" + wanted->pod) : nullptr;
    const auto connection = pod ? connections_.find(nodeOf(pod)) : connections_.end();
    if (connection != connections_.end() && connection->second.objects.contains(name))
        sendObject(connection->first, name, token);
}

void NodeGateway::claimChanged(const std::string& nameSpace, const std::string& name) {
    const ObjectName claim{"PersistentVolumeClaim", nameSpace, name};
    for (const auto& [node, connection] : connections_)
        if (connection.objects.contains(claim)) sendObject(node, claim);
}

void NodeGateway::volumeChanged(const api::ObjectPtr& object) {
    const auto claim = object->as<core::PersistentVolume>().spec().claimref();
    claimChanged(claim.namespace_(), claim.name());
    disksChanged();
}

void NodeGateway::disksChanged() {
    if (!diskTimer_.active()) diskTimer_.start(control_, options_.networkDelay, [this] { sendDisks(); });
}

void NodeGateway::sendDisks() {
    if (!allSynced()) return; // a list that lacks some would cost their data
    const auto disks = disksByHost(volumes_.all());
    for (auto& [node, connection] : connections_) {
        const api::ObjectPtr object = nodes_.get(node.value());
        if (!object) continue;
        const auto host = object->labels().find("kubernetes.io/hostname");
        const auto found = disks.find(host == object->labels().end() ? node.value() : host->second);
        nodelink::ToAgent message;
        message.mutable_disks();
        if (found != disks.end()) *message.mutable_disks() = found->second;
        const std::size_t hash = std::hash<std::string>{}(message.SerializeAsString());
        if (connection.disksSent == hash) continue;
        connection.disksSent = hash;
        hub_.send(node, std::move(message));
    }
}

// --- down: the network
// ------------------------------------------------------------------------------------------------

void NodeGateway::nodeChanged(const api::ObjectPtr& object) {
    const auto decoded = api::decoded<core::Node>(object);
    NodeRoute route = routeOf(*decoded);
    NodeRoute& known = routes_[object->name()];
    const bool same = known.name == route.name && known.podCidr == route.podCidr &&
                      known.address == route.address && known.simulated == route.simulated;
    known = std::move(route);
    if (!same) networkChanged();
    const auto connection = connections_.find(NodeName(object->name()));
    if (connection == connections_.end()) return;
    // What is its own a node is told at once; others' routes can wait for each other.
    if (connection->second.sentAll && connection->second.networkSent == 0)
        sendNetwork(connection->first, connection->second);
    if (!connection->second.disksSent) disksChanged();
    attachedChanged(connection->first, connection->second, *decoded);
}

void NodeGateway::networkChanged() {
    if (!networkTimer_.active())
        networkTimer_.start(control_, options_.networkDelay, [this] { sendNetworks(); });
}

std::vector<NodeRoute> NodeGateway::realRoutes() const {
    std::vector<NodeRoute> real;
    for (const auto& [name, route] : routes_)
        if (!route.simulated) real.push_back(route);
    return real;
}

void NodeGateway::sendNetworks() {
    const std::vector<NodeRoute> real = realRoutes();
    for (auto& [node, connection] : connections_)
        sendNetwork(node, connection, real);
}

void NodeGateway::sendNetwork(const NodeName& node, Connection& connection) {
    sendNetwork(node, connection, connection.simulated ? std::vector<NodeRoute>() : realRoutes());
}

void NodeGateway::sendNetwork(const NodeName& node, Connection& connection,
                              const std::vector<NodeRoute>& real) {
    const auto own = routes_.find(node.value());
    if (own == routes_.end() || own->second.podCidr.empty()) return;
    nodelink::ToAgent message;
    *message.mutable_network() = networkOf(own->second, real);
    const std::size_t hash = std::hash<std::string>{}(message.SerializeAsString());
    if (connection.networkSent == hash) return;
    connection.networkSent = hash;
    hub_.send(node, std::move(message));
}

} // namespace wheelhouse::controlplane
