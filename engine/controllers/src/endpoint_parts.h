#pragma once

#include "engine/api/glance.h"
#include "engine/api/object.h"
#include "engine/api/types.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::controllers {

// What the three controllers that write down the pods behind Services share.

inline constexpr const char* serviceLabel = "kubernetes.io/service-name";
inline constexpr const char* managerLabel = "endpointslice.kubernetes.io/managed-by";
inline constexpr const char* headlessLabel = "service.kubernetes.io/headless";

/// Somebody other than its user has to say what is behind the Service.
bool wantsEndpoints(const api::core::Service& service);
bool selects(const api::core::Service& service, const api::ObjectPtr& pod);

/// A pod as what may stand behind a Service. It is decoded only where a Service calls a port by its name: a
/// Service may have all pods of a cluster.
class ServedPod {
  public:
    explicit ServedPod(const api::ObjectPtr& pod) : object(*pod), facts(*pod) {}

    /// The number a Service port has in this pod; 0 when the pod has no port of that name.
    int portNumber(const api::core::ServicePort& port);
    /// It is known to DNS by its own name below the Service's.
    bool hasOwnName(const api::core::Service& service) const {
        return !facts.hostname.empty() && facts.subdomain == service.metadata().name();
    }

    const api::Object& object; ///< lives as long as the pod this was made of
    const api::PodFacts facts;

  private:
    std::optional<api::core::Pod> decoded_;
};

/// The Service's ports as they are in the pod, without those it does not have.
template <class Port>
std::vector<Port> portsIn(ServedPod& pod, const api::core::Service& service) {
    std::vector<Port> ports;
    for (const auto& port : service.spec().ports()) {
        const int number = pod.portNumber(port);
        if (number == 0) continue;
        Port& each = ports.emplace_back();
        each.set_name(port.name());
        each.set_port(number);
        each.set_protocol(port.protocol().empty() ? "TCP" : port.protocol());
        if (port.has_appprotocol()) each.set_appprotocol(port.appprotocol());
    }
    return ports;
}

/// "namespace/service" of a slice this manager keeps; nothing for anybody else's.
inline std::optional<std::string> serviceOfSlice(const api::ObjectPtr& slice, const char* manager) {
    const auto owner = slice->labels().find(managerLabel);
    const auto name = slice->labels().find(serviceLabel);
    if (owner == slice->labels().end() || owner->second != manager || name == slice->labels().end())
        return std::nullopt;
    return slice->nameSpace() + "/" + name->second;
}

/// Equal for equal sets of ports, in whatever order.
template <class Ports>
std::string portKey(const Ports& ports) {
    std::vector<std::string> parts;
    for (const auto& port : ports)
        parts.push_back(port.name() + "/" + port.protocol() + "/" + std::to_string(port.port()) + "/" +
                        port.appprotocol());
    std::sort(parts.begin(), parts.end());
    std::string key;
    for (const std::string& part : parts)
        key += part + ";";
    return key;
}

} // namespace wheelhouse::controllers
