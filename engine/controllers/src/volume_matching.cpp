#include "volume_matching.h"

#include "engine/api/selector.h"

#include <algorithm>
#include <tuple>

namespace wheelhouse::controllers {

namespace core = api::core;

namespace {

std::string modeOf(bool given, const std::string& mode) {
    return given && !mode.empty() ? mode : "Filesystem";
}

/// A volume gives at least the access modes the claim asks for.
bool givesAccess(const core::PersistentVolume& volume, const core::PersistentVolumeClaim& claim) {
    const auto& given = volume.spec().accessmodes();
    return std::all_of(
        claim.spec().accessmodes().begin(), claim.spec().accessmodes().end(),
        [&](const std::string& mode) { return std::find(given.begin(), given.end(), mode) != given.end(); });
}

/// A volume nobody has claimed and that fits in every respect but its size.
bool suits(const core::PersistentVolume& volume, const api::Object& object,
           const core::PersistentVolumeClaim& claim) {
    if (volume.spec().has_claimref() || volume.status().phase() != "Available") return false;
    if (classOf(volume) != classOf(claim)) return false;
    if (!claim.spec().has_selector()) return true;
    const auto selector = api::LabelSelector::from(claim.spec().selector());
    return selector && selector->matches(object.labels());
}

} // namespace

std::string annotationOf(const api::meta::ObjectMeta& metadata, const char* name) {
    const auto found = metadata.annotations().find(name);
    return found == metadata.annotations().end() ? std::string() : found->second;
}

bool hasAnnotation(const api::meta::ObjectMeta& metadata, const char* name) {
    return metadata.annotations().contains(name);
}

std::string classOf(const core::PersistentVolumeClaim& claim) {
    if (hasAnnotation(claim.metadata(), volumes::betaClass))
        return annotationOf(claim.metadata(), volumes::betaClass);
    return claim.spec().storageclassname();
}

std::string classOf(const core::PersistentVolume& volume) {
    if (hasAnnotation(volume.metadata(), volumes::betaClass))
        return annotationOf(volume.metadata(), volumes::betaClass);
    return volume.spec().storageclassname();
}

bool namesClass(const core::PersistentVolumeClaim& claim) {
    return claim.spec().has_storageclassname() || hasAnnotation(claim.metadata(), volumes::betaClass);
}

api::Quantity storageIn(const google::protobuf::Map<std::string, api::resource::Quantity>& amounts) {
    const auto found = amounts.find("storage");
    if (found == amounts.end()) return {};
    return api::Quantity::parse(found->second.string()).value_or(api::Quantity());
}

api::ObjectPtr defaultClassAmong(const std::vector<api::ObjectPtr>& classes) {
    api::ObjectPtr best;
    std::int64_t bestTime = 0;
    for (const api::ObjectPtr& object : classes) {
        const auto metadata = object->as<api::storage::StorageClass>().metadata();
        if (annotationOf(metadata, volumes::defaultClass) != "true" &&
            annotationOf(metadata, volumes::betaDefaultClass) != "true")
            continue;
        const std::int64_t time = metadata.creationtimestamp().seconds();
        if (!best || time > bestTime || (time == bestTime && object->name() < best->name())) {
            best = object;
            bestTime = time;
        }
    }
    return best;
}

bool isBoundTo(const core::PersistentVolume& volume, const core::PersistentVolumeClaim& claim) {
    const auto& reference = volume.spec().claimref();
    return volume.spec().has_claimref() && reference.name() == claim.metadata().name() &&
           reference.namespace_() == claim.metadata().namespace_() &&
           (reference.uid().empty() || reference.uid() == claim.metadata().uid());
}

bool modesDiffer(const core::PersistentVolume& volume, const core::PersistentVolumeClaim& claim) {
    return modeOf(volume.spec().has_volumemode(), volume.spec().volumemode()) !=
           modeOf(claim.spec().has_volumemode(), claim.spec().volumemode());
}

std::string whyNot(const core::PersistentVolume& volume, const core::PersistentVolumeClaim& claim) {
    if (volume.metadata().has_deletiontimestamp()) return "the volume is marked for deletion";
    if (storageIn(volume.spec().capacity()) < storageIn(claim.spec().resources().requests()))
        return "requested PV is too small";
    if (classOf(volume) != classOf(claim)) return "storageClassName does not match";
    if (volume.spec().volumeattributesclassname() != claim.spec().volumeattributesclassname())
        return "volumeAttributesClassName does not match";
    if (modesDiffer(volume, claim)) return "incompatible volumeMode";
    if (!givesAccess(volume, claim)) return "incompatible accessMode";
    return {};
}

api::ObjectPtr bestMatch(const std::vector<api::ObjectPtr>& candidates,
                         const core::PersistentVolumeClaim& claim, bool onlyReserved) {
    const api::Quantity asked = storageIn(claim.spec().resources().requests());
    using Rank = std::tuple<int, api::Quantity, std::string>;
    api::ObjectPtr best;
    std::optional<Rank> bestRank;
    for (const api::ObjectPtr& object : candidates) {
        if (object->deleting()) continue;
        const auto volume = object->as<core::PersistentVolume>();
        const api::Quantity size = storageIn(volume.spec().capacity());
        if (size < asked || modesDiffer(volume, claim) || !givesAccess(volume, claim)) continue;
        if (volume.spec().volumeattributesclassname() != claim.spec().volumeattributesclassname()) continue;
        if (isBoundTo(volume, claim)) return object;
        if (onlyReserved || !suits(volume, *object, claim)) continue;
        Rank rank(volume.spec().accessmodes_size(), size, object->name());
        if (bestRank && *bestRank <= rank) continue;
        best = object;
        bestRank = std::move(rank);
    }
    return best;
}

} // namespace wheelhouse::controllers
