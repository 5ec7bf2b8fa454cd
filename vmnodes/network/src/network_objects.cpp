#include "vmnodes/network/network_objects.h"

namespace wheelhouse::network {

namespace {

template <class M>
bool put(NetworkObjects::Map<M>& into, const std::string& key, const std::string& bytes) {
    auto object = std::make_shared<M>();
    if (bytes.empty() || !object->ParseFromString(bytes)) return into.erase(key) > 0;
    const auto known = into.find(key);
    if (known != into.end() && known->second->SerializeAsString() == object->SerializeAsString())
        return false;
    into[key] = std::move(object);
    return true;
}

} // namespace

bool NetworkObjects::keeps(std::string_view kind) {
    return kind == serviceKind || kind == sliceKind || kind == policyKind || kind == namespaceKind ||
           kind == podKind || kind == nameSettingsKind;
}

bool NetworkObjects::set(std::string_view kind, const std::string& nameSpace, const std::string& name,
                         const std::string& bytes) {
    const std::string key = nameSpace.empty() ? name : nameSpace + "/" + name;
    if (kind == serviceKind) return put(services, key, bytes);
    if (kind == sliceKind) return setSlice(nameSpace, name, bytes);
    if (kind == policyKind) return put(policies, key, bytes);
    if (kind == namespaceKind) return put(namespaces, key, bytes);
    if (kind == podKind) return put(pods, key, bytes);
    if (kind == nameSettingsKind) return put(nameSettings, key, bytes);
    return false;
}

bool NetworkObjects::setSlice(const std::string& nameSpace, const std::string& name,
                              const std::string& bytes) {
    std::string service;
    if (api::discovery::EndpointSlice slice; !bytes.empty() && slice.ParseFromString(bytes)) {
        const auto& labels = slice.metadata().labels();
        if (const auto it = labels.find("kubernetes.io/service-name"); it != labels.end())
            service = nameSpace + "/" + it->second;
    }
    bool changed = false;
    std::string& before = serviceOfSlice_[nameSpace + "/" + name];
    if (!before.empty() && before != service) {
        changed = slices[before].erase(name) > 0;
        if (slices[before].empty()) slices.erase(before);
    }
    before = service;
    if (service.empty()) {
        serviceOfSlice_.erase(nameSpace + "/" + name);
        return changed;
    }
    return put(slices[service], name, bytes) || changed;
}

} // namespace wheelhouse::network
