#pragma once

#include "engine/api/groups/networking.h"
#include "engine/api/types.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::network {

/// A port of the node's own that leads to a pod on it.
struct HostPort {
    std::string protocol; ///< "TCP"
    std::string hostIp;   ///< empty: of all the node's addresses
    int hostPort = 0;
    std::string podIp;
    int podPort = 0;
    bool operator==(const HostPort&) const = default;
};

/// What a node knows of the cluster's network, by "namespace/name". Copies share the objects, so a copy may
/// be read on another thread while this one changes.
class NetworkObjects {
  public:
    template <class M>
    using Map = std::map<std::string, std::shared_ptr<const M>>;

    Map<api::core::Service> services;
    /// Of each service, by the service's "namespace/name" and then by their own name.
    std::map<std::string, Map<api::discovery::EndpointSlice>> slices;
    Map<api::networking::NetworkPolicy> policies;
    Map<api::core::Namespace> namespaces; ///< by name; the labels only
    Map<api::core::Pod> pods;             ///< of all nodes: labels, addresses, ports
    Map<api::core::ConfigMap>
        nameSettings;                ///< who is asked for names that are not the cluster's; one at most
    std::vector<HostPort> hostPorts; ///< of this node; it knows them by itself, whoever else is away

    /// Whether objects of that kind are kept here.
    static bool keeps(std::string_view kind);
    /// Takes an object's protobuf bytes; none = it is gone. What cannot be read counts as gone. False when
    /// nothing has changed by it.
    bool set(std::string_view kind, const std::string& nameSpace, const std::string& name,
             const std::string& bytes);

  private:
    bool setSlice(const std::string& nameSpace, const std::string& name, const std::string& bytes);
    std::map<std::string, std::string> serviceOfSlice_;
};

/// The kinds, as the node link names them.
inline constexpr const char* serviceKind = "Service";
inline constexpr const char* sliceKind = "EndpointSlice";
inline constexpr const char* policyKind = "NetworkPolicy";
inline constexpr const char* namespaceKind = "Namespace";
inline constexpr const char* podKind = "Pod";
inline constexpr const char* nameSettingsKind = "NameSettings"; ///< a ConfigMap

} // namespace wheelhouse::network
