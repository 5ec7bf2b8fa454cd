#include "endpoint_parts.h"

namespace wheelhouse::controllers {

namespace core = api::core;

bool wantsEndpoints(const core::Service& service) {
    return service.spec().selector_size() > 0 && service.spec().type() != "ExternalName";
}

bool selects(const core::Service& service, const api::ObjectPtr& pod) {
    const auto& selector = service.spec().selector();
    return std::all_of(selector.begin(), selector.end(), [&](const auto& pair) {
        const auto found = pod->labels().find(pair.first);
        return found != pod->labels().end() && found->second == pair.second;
    });
}

int ServedPod::portNumber(const core::ServicePort& port) {
    const auto& target = port.targetport();
    if (!port.has_targetport() || (target.type() == 0 && target.intval() == 0)) return port.port();
    if (target.type() == 0) return target.intval();
    if (!decoded_) decoded_ = object.as<core::Pod>();
    const auto portIn = [&](const core::Container& container) {
        for (const auto& candidate : container.ports()) {
            const std::string& protocol = candidate.protocol().empty() ? "TCP" : candidate.protocol();
            const std::string& wanted = port.protocol().empty() ? "TCP" : port.protocol();
            if (candidate.name() == target.strval() && protocol == wanted) return candidate.containerport();
        }
        return 0;
    };
    for (const auto& container : decoded_->spec().containers())
        if (const int number = portIn(container)) return number;
    for (const auto& container : decoded_->spec().initcontainers())
        if (container.restartpolicy() == "Always")
            if (const int number = portIn(container)) return number;
    return 0;
}

} // namespace wheelhouse::controllers
