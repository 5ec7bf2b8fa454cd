#pragma once

#include "engine/api/object.h"
#include "engine/api/types.h"
#include "link.pb.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace wheelhouse::controlplane {

/// A ConfigMap, a Secret, a PersistentVolumeClaim or a token (nodelink::TokenName) by kind, namespace and
/// name.
struct ObjectName {
    std::string kind;
    std::string nameSpace;
    std::string name;
    auto operator<=>(const ObjectName&) const = default;
};

/// Every ConfigMap, Secret, PersistentVolumeClaim and token the pod's containers and volumes refer to.
std::set<ObjectName> referredObjects(const api::core::Pod& pod);

/// What an agent acts on in a pod, as one number: everything but what the agent itself reports. Equal numbers
/// mean that the agent need not hear of the change.
std::size_t desiredHash(const api::Object& pod);

/// The disks of the driver disk.wheelhouse.dev by the host they are on (label kubernetes.io/hostname).
std::map<std::string, nodelink::Disks> disksByHost(const std::vector<api::ObjectPtr>& volumes);

/// Whether the node may mount the volume: one that has to be attached has to be so, and to stay so
/// (node.status.volumesAttached).
bool mayMount(const api::core::PersistentVolume& volume, const api::core::Node& node);

/// What routing needs of a node.
struct NodeRoute {
    std::string name;
    std::string podCidr;
    std::string address;    ///< InternalIP
    bool simulated = false; ///< its pods are nowhere: nobody needs a way there, and it needs none
};
NodeRoute routeOf(const api::core::Node& node);
/// What `node` needs to reach the pods of all others.
nodelink::Network networkOf(const NodeRoute& node, const std::vector<NodeRoute>& all);

/// The status to store: `reported` with what others own in `stored` kept (foreign conditions; transition
/// times of conditions that did not change). A pod that is over stays over.
api::core::PodStatus mergePodStatus(api::core::PodStatus reported, const api::core::PodStatus& stored);
api::core::NodeStatus mergeNodeStatus(api::core::NodeStatus reported, const api::core::NodeStatus& stored,
                                      const api::meta::Time& now);

} // namespace wheelhouse::controlplane
