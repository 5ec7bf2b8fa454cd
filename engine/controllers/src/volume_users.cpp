#include "volume_users.h"

#include "engine/api/glance.h"

namespace wheelhouse::controllers {

namespace core = api::core;

namespace {

/// The node is done with it, or nobody waits for the node any more.
bool isShutDown(const core::Pod& pod) {
    return pod.metadata().has_deletiontimestamp() && pod.metadata().has_deletiongraceperiodseconds() &&
           pod.metadata().deletiongraceperiodseconds() == 0;
}

} // namespace

void indexByClaim(client::Informer& pods) {
    pods.addIndex(byClaim, [](const api::ObjectPtr& pod) { return claimsOf(*pod); });
}

void indexVolumesByClaim(client::Informer& volumes) {
    volumes.addIndex(byClaim, [](const api::ObjectPtr& object) {
        const auto volume = object->as<core::PersistentVolume>();
        const auto& claim = volume.spec().claimref();
        return volume.spec().has_claimref() ? std::vector{claim.namespace_() + "/" + claim.name()}
                                            : std::vector<std::string>();
    });
}

std::string ephemeralClaim(const std::string& pod, const core::Volume& volume) {
    return pod + "-" + volume.name();
}

std::vector<std::string> claimsOf(const api::Object& object) {
    std::vector<std::string> keys;
    if (!api::usesClaims(object)) return keys;
    const auto pod = object.as<core::Pod>();
    for (const core::Volume& volume : pod.spec().volumes()) {
        const auto& source = volume.volumesource();
        if (source.has_persistentvolumeclaim())
            keys.push_back(object.nameSpace() + "/" + source.persistentvolumeclaim().claimname());
        else if (source.has_ephemeral())
            keys.push_back(object.nameSpace() + "/" + ephemeralClaim(object.name(), volume));
    }
    return keys;
}

bool usesClaim(const api::Object& object, const api::Object& claim) {
    const auto pod = object.as<core::Pod>();
    if (pod.spec().nodename().empty() || object.nameSpace() != claim.nameSpace()) return false;
    for (const core::Volume& volume : pod.spec().volumes()) {
        const auto& source = volume.volumesource();
        if (source.has_persistentvolumeclaim() && source.persistentvolumeclaim().claimname() == claim.name())
            return true;
        if (source.has_ephemeral() && !isShutDown(pod) &&
            ephemeralClaim(object.name(), volume) == claim.name() && claim.controllerUid() == object.uid())
            return true;
    }
    return false;
}

} // namespace wheelhouse::controllers
