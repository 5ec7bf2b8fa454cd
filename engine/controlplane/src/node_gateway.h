#pragma once

#include "engine/base/executor.h"
#include "engine/client/cluster.h"
#include "engine/client/event_recorder.h"
#include "engine/client/informer_set.h"
#include "engine/nodelink/node_hub.h"
#include "gateway_network.h"
#include "gateway_objects.h"
#include "gateway_tokens.h"
#include "gateway_writer.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::controlplane {

struct GatewayOptions {
    Duration heartbeat = std::chrono::seconds(10);
    Duration leaseDuration = std::chrono::seconds(40);
    GatewayTokens::Source tokens; ///< where the tokens of pods come from; null = their volumes wait for ever
    Duration networkDelay = std::chrono::milliseconds(200); ///< changes of routes within it are sent together
    /// The clock real nodes beat by, where it is not the executor's; null = it is. It must outlive the
    /// gateway.
    const Clock* real = nullptr;
};

/// Between node agents and the API: every node's kubelet, as far as the rest of the cluster can tell.
///
/// Watches Pods (by node), Nodes, ConfigMaps, Secrets, PersistentVolumeClaims and PersistentVolumes; sends
/// each connected node its pods, the objects they refer to (of a claim the volume behind it), the disks that
/// are on it, the routes to all other nodes and, where it is real, the cluster's network (GatewayNetwork).
/// Writes what nodes report: Nodes and their status, Leases, pod status, Events, and the final deletion of
/// pods whose containers have ended. Checks uids; a report about a pod that was replaced by another of its
/// name changes nothing.
///
/// Where the cluster's time goes faster than the real nodes' own, their beats come too seldom; the gateway
/// beats for every real node that has beaten lately by its own time.
///
/// Interrupted, it starts from nothing: a node that connects says everything anew and is sent everything
/// anew, and `Synced` tells it what to stop.
class NodeGateway final : public nodelink::NodeListener {
  public:
    /// Before `informers` start (it adds an index). Lives on the control executor, as do hub and cluster.
    NodeGateway(client::Cluster& cluster, nodelink::NodeHub& hub, client::InformerSet& informers,
                Executor& control, GatewayOptions options = {});
    ~NodeGateway() override;

    /// Hears what nodes report of their and their pods' use; at most one.
    using UsageListener = std::function<void(const NodeName& node, const nodelink::UsageReport& report)>;
    void setUsageListener(UsageListener listener) { onUsage_ = std::move(listener); }

    /// Who tells nodes what is wrong with them on purpose; at most one.
    struct FaultLine {
        std::function<void(const NodeName& node)> connected; ///< it hears nothing of pods before
        std::function<void(const NodeName& node, const nodelink::FaultReport& report)> reported;
    };
    void setFaultLine(FaultLine line) { faults_ = std::move(line); }

    void onConnected(const NodeName& node, const nodelink::Hello& hello) override;
    void onMessage(const NodeName& node, const nodelink::FromAgent& message) override;
    void onDisconnected(const NodeName& node) override;

  private:
    struct Connection {
        bool sentAll = false;
        bool simulated = false;
        std::set<ObjectName> objects; ///< sent, and sent again when they change
        std::size_t networkSent = 0;
        std::optional<std::size_t> disksSent;
        std::set<std::string> attached; ///< what its status last said is attached to it
        std::unique_ptr<client::EventRecorder> events;
        std::unordered_map<std::string, std::size_t> pods; ///< uid → what was last sent of it
        std::optional<Instant> beaten;                     ///< by the real clock
        bool spokenFor = false; ///< its pods were marked not ready while it was silent
    };

    void sendAllWhenKnown();
    void sendAll(const NodeName& node, Connection& connection);
    void sendPod(const NodeName& node, Connection& connection, const api::ObjectPtr& object);
    void sendToAll(const ObjectName& name);
    void sendObject(const NodeName& node, const ObjectName& name);
    void sendObject(const NodeName& node, const ObjectName& name, const std::string& bytes);
    void sendToken(const ObjectName& name, const std::string& token);
    void podChanged(const api::ObjectPtr& object);
    /// A node that stood still and goes on does not know what was said of its pods meanwhile. Nothing of it
    /// has changed, so it would never put that right: it is made to connect, and say all, once more.
    void noteWhoSpoke(const api::ObjectPtr& before, const api::ObjectPtr& now);
    void haveAllSaidAnew(const NodeName& node);
    void podDeleted(const api::ObjectPtr& object);
    void objectChanged(const std::string& kind, const api::ObjectPtr& object);
    /// By a pod that is on the node.
    bool needed(const NodeName& node, const ObjectName& name) const;
    void claimChanged(const std::string& nameSpace, const std::string& name);
    void volumeChanged(const api::ObjectPtr& object);
    void disksChanged();
    void sendDisks();
    /// What an agent is sent of an object; empty when there is none. Of a claim whose volume must be attached
    /// first, that is so until it is.
    std::string bytesOf(const NodeName& node, const ObjectName& name) const;
    void attachedChanged(const NodeName& node, Connection& connection, const api::core::Node& object);
    void nodeChanged(const api::ObjectPtr& object);
    void networkChanged();
    void sendNetworks();
    /// The node's own part of the network, if it is known and has not been told.
    void sendNetwork(const NodeName& node, Connection& connection);
    void sendNetwork(const NodeName& node, Connection& connection, const std::vector<NodeRoute>& real);
    std::vector<NodeRoute> realRoutes() const;
    void recordEvent(const NodeName& node, const nodelink::EventReport& report);
    bool allSynced() const;
    void beatForNodes();

    client::Cluster& cluster_;
    nodelink::NodeHub& hub_;
    Executor& control_;
    GatewayOptions options_;
    UsageListener onUsage_;
    FaultLine faults_;
    client::Informer& pods_;
    client::Informer& nodes_;
    client::Informer& configMaps_;
    client::Informer& secrets_;
    client::Informer& claims_;
    client::Informer& volumes_;
    GatewayWriter writer_;
    GatewayTokens tokens_;
    GatewayNetwork network_;
    std::map<NodeName, Connection> connections_;
    std::vector<NodeName> newcomers_; ///< connected, and not told what they should run
    std::map<std::string, NodeRoute> routes_;
    ScopedTimer networkTimer_;
    ScopedTimer diskTimer_;
    ScopedTimer waitTimer_;
    ScopedTimer beatTimer_;
    Instant lastBeats_{}; ///< by the real clock
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::controlplane
