#pragma once

#include "engine/api/object.h"
#include "engine/base/ids.h"
#include "engine/client/informer.h"
#include "engine/client/informer_set.h"
#include "engine/nodelink/node_hub.h"

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace wheelhouse::controlplane {

/// What real nodes are sent of the cluster's network: Services, EndpointSlices and the ConfigMap
/// kube-system/kube-dns (who is asked for names that are not the cluster's) always; NetworkPolicies,
/// and with the first of them Namespaces and every node's pods. Of each only what a node acts on, and only
/// when that changes. A node that connects is sent everything; afterwards all are sent the same changes.
/// Watches those kinds, writes nothing. On the control executor.
class GatewayNetwork {
  public:
    /// Before `informers` start.
    GatewayNetwork(client::InformerSet& informers, nodelink::NodeHub& hub);

    bool synced() const;
    /// Sends the node everything there is, and from now on every change.
    void connect(const NodeName& node);
    void disconnect(const NodeName& node) { nodes_.erase(node); }

  private:
    struct Source {
        client::Informer* informer = nullptr;
        const char* kind = nullptr;
        /// The part that nodes are sent, in bytes.
        std::string (*part)(const api::ObjectPtr&) = nullptr;
        bool forPolicies = false;
        /// Of which objects; null = of all.
        bool (*concerns)(const api::ObjectPtr&) = nullptr;
    };

    void watch(Source source);
    void changed(const Source& source, const api::ObjectPtr& object);
    void deleted(const Source& source, const api::ObjectPtr& object);
    /// From the first policy on nodes need to know who the pods are.
    void firstPolicy();
    void sendAll(const Source& source, const NodeName& node);
    void send(const NodeName& node, const Source& source, const api::ObjectPtr& object,
              const std::string& bytes);
    bool wanted(const Source& source) const { return !source.forPolicies || policies_; }
    static bool concerns(const Source& source, const api::ObjectPtr& object) {
        return source.concerns == nullptr || source.concerns(object);
    }

    nodelink::NodeHub& hub_;
    std::vector<std::shared_ptr<const Source>> sources_;
    std::set<NodeName> nodes_;
    std::unordered_map<std::string, std::size_t> sent_; ///< kind/namespace/name → hash of what was last sent
    bool policies_ = false;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::controlplane
