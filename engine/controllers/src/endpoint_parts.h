#pragma once

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
/// The number a Service port has in this pod; 0 when the pod has no port of that name.
int resolvePort(const api::core::ServicePort& port, const api::core::Pod& pod);
/// The pod is known to DNS by its own name below the Service's.
bool hasOwnName(const api::core::Service& service, const api::core::Pod& pod);

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
