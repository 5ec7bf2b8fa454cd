// The claims' side of binding; persistentvolume_release.cpp is the volumes'.
#include "persistentvolume_controller.h"

#include "pods.h"
#include "volume_matching.h"
#include "volume_users.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::controllers {

namespace storage = api::storage;
using Type = client::EventRecorder::Type;

namespace {

constexpr const char* claimPrefix = "claim:";
constexpr const char* volumePrefix = "volume:";
constexpr const char* waiting = "claims.waiting"; ///< index of claims: those without a volume
constexpr const char* byVolume = "claims.volume"; ///< index of claims: the volume they name

} // namespace

PersistentVolumeController::PersistentVolumeController(const Deps& deps)
    : QueuedController(deps, "persistentvolume"),
      claims_(watch<core::PersistentVolumeClaim>(onAny([this](const auto& claim) { claimChanged(claim); }))),
      volumes_(watch<core::PersistentVolume>(onAny([this](const auto& volume) { volumeChanged(volume); }))),
      classes_(watch<storage::StorageClass>(onAny([this](const auto&) { classChanged(); }))),
      pods_(watch<core::Pod>({.onAdd = [this](const auto& pod) { podChanged(pod); }})) {
    indexByClaim(pods_);
    indexVolumesByClaim(volumes_);
    claims_.addIndex(waiting, [](const ObjectPtr& claim) {
        return hasAnnotation(claim->as<Claim>().metadata(), volumes::bindCompleted)
                   ? std::vector<std::string>()
                   : std::vector<std::string>{"all"};
    });
    claims_.addIndex(byVolume, [](const ObjectPtr& claim) {
        return std::vector<std::string>{claim->as<Claim>().spec().volumename()};
    });
}

void PersistentVolumeController::claimChanged(const ObjectPtr& claim) {
    enqueue(claimPrefix + claim->key());
    const std::string volume = claim->as<Claim>().spec().volumename();
    if (!volume.empty()) enqueue(volumePrefix + volume);
    // Perhaps a volume was taken for it that it never heard of.
    for (const ObjectPtr& each : volumes_.byIndex(byClaim, claim->key()))
        enqueue(volumePrefix + each->name());
}

void PersistentVolumeController::volumeChanged(const ObjectPtr& object) {
    enqueue(volumePrefix + object->name());
    const auto volume = object->as<Volume>();
    if (volume.spec().has_claimref())
        return enqueue(fmt::format("{}{}/{}", claimPrefix, volume.spec().claimref().namespace_(),
                                   volume.spec().claimref().name()));
    for (const ObjectPtr& claim : claims_.byIndex(waiting, "all"))
        if (classOf(claim->as<Claim>()) == classOf(volume)) enqueue(claimPrefix + claim->key());
}

void PersistentVolumeController::classChanged() {
    for (const ObjectPtr& claim : claims_.byIndex(waiting, "all"))
        enqueue(claimPrefix + claim->key());
}

void PersistentVolumeController::podChanged(const ObjectPtr& pod) {
    for (const std::string& claim : claimsOf(*pod))
        if (claims_.get(claim)) enqueue(claimPrefix + claim);
}

Step PersistentVolumeController::reconcile(std::string key) {
    const std::string name = key.substr(key.find(':') + 1);
    if (key.starts_with(volumePrefix)) {
        const ObjectPtr volume = volumes_.get(name);
        if (!volume) {
            // Whoever was bound to it must hear.
            for (const ObjectPtr& claim : claims_.byIndex(byVolume, name))
                enqueue(claimPrefix + claim->key());
            co_return Result<void>();
        }
        co_return co_await reconcileVolume(volume);
    }
    const ObjectPtr claim = claims_.get(name);
    if (!claim) co_return Result<void>();
    co_return co_await reconcileClaim(claim);
}

Step PersistentVolumeController::reconcileClaim(ObjectPtr object) {
    auto claim = object->as<Claim>();
    if (hasAnnotation(claim.metadata(), volumes::bindCompleted))
        co_return co_await reconcileBound(std::move(object), std::move(claim));
    if (!claim.spec().volumename().empty())
        co_return co_await reconcileRequested(std::move(object), std::move(claim));
    co_return co_await reconcileUnbound(std::move(object), std::move(claim));
}

bool PersistentVolumeController::waitsForConsumer(const Claim& claim) const {
    const ObjectPtr found = classes_.get(classOf(claim));
    return found && found->as<storage::StorageClass>().volumebindingmode() == "WaitForFirstConsumer";
}

Step PersistentVolumeController::reconcileUnbound(ObjectPtr object, Claim claim) {
    const bool delayed = waitsForConsumer(claim);
    if (const ObjectPtr volume = bestMatch(volumes_.all(), claim, delayed))
        co_return co_await bind(volume, object);
    if (object->deleting()) co_return Result<void>();
    if (!namesClass(claim)) {
        if (const ObjectPtr fallback = defaultClassAmong(classes_.all())) {
            claim.mutable_spec()->set_storageclassname(fallback->name());
            auto written = co_await api_.update(std::move(claim));
            co_return unlessGone(written);
        }
    }
    if (delayed && !hasAnnotation(claim.metadata(), volumes::selectedNode))
        sayWhatItWaitsFor(object);
    else if (!classOf(claim).empty())
        co_return co_await provision(std::move(object), std::move(claim));
    else
        events_.record(object, Type::Normal, "FailedBinding",
                       "no persistent volumes available for this claim and no storage class is set");
    co_return co_await writeClaimStatus(std::move(object), "Pending", nullptr);
}

void PersistentVolumeController::sayWhatItWaitsFor(const ObjectPtr& claim) {
    std::vector<std::string> names;
    for (const ObjectPtr& object : pods_.byIndex(byClaim, claim->key())) {
        const auto pod = object->as<core::Pod>();
        if (pod.spec().nodename().empty() && !isTerminal(pod)) names.push_back(object->name());
    }
    std::sort(names.begin(), names.end());
    if (names.empty())
        events_.record(claim, Type::Normal, "WaitForFirstConsumer",
                       "waiting for first consumer to be created before binding");
    else
        events_.record(claim, Type::Normal, "WaitForPodScheduled",
                       fmt::format("waiting for pod{} {} to be scheduled", names.size() > 1 ? "s" : "",
                                   fmt::join(names, ",")));
}

Step PersistentVolumeController::provision(ObjectPtr object, Claim claim) {
    const std::string className = classOf(claim);
    const ObjectPtr found = classes_.get(className);
    const auto refuse = [&](const std::string& why) {
        events_.record(object, Type::Warning, "ProvisioningFailed", why);
        return Result<void>();
    };
    if (!found) co_return refuse(fmt::format("storageclass.storage.k8s.io \"{}\" not found", className));
    const std::string provisioner = found->as<storage::StorageClass>().provisioner();
    // Names of this domain stood for provisioners inside the control plane, of which none is left.
    if (provisioner.starts_with("kubernetes.io/"))
        co_return refuse("no volume plugin matched name: " + provisioner);
    if (annotationOf(claim.metadata(), volumes::provisioner) != provisioner) {
        auto& annotations = *claim.mutable_metadata()->mutable_annotations();
        annotations[volumes::provisioner] = provisioner;
        annotations[volumes::betaProvisioner] = provisioner;
        auto written = co_await api_.update(std::move(claim));
        if (!written) co_return unlessGone(written);
    }
    events_.record(
        object, Type::Normal, "ExternalProvisioning",
        fmt::format("Waiting for a volume to be created either by the external provisioner '{}' or "
                    "manually by the system administrator. If volume creation is delayed, please "
                    "verify that the provisioner is running and correctly registered.",
                    provisioner));
    co_return Result<void>();
}

Step PersistentVolumeController::reconcileRequested(ObjectPtr object, Claim claim) {
    const ObjectPtr volumeObject = volumes_.get(claim.spec().volumename());
    if (!volumeObject) co_return co_await writeClaimStatus(std::move(object), "Pending", nullptr);
    const auto volume = volumeObject->as<Volume>();
    if (isBoundTo(volume, claim)) co_return co_await bind(volumeObject, object);
    if (volume.spec().has_claimref()) {
        events_.record(
            object, Type::Warning, "FailedBinding",
            fmt::format("volume \"{}\" already bound to a different claim.", volumeObject->name()));
    } else {
        const std::string problem = whyNot(volume, claim);
        if (problem.empty()) co_return co_await bind(volumeObject, object);
        events_.record(
            object, Type::Warning, "VolumeMismatch",
            fmt::format("Cannot bind to requested volume \"{}\": {}", volumeObject->name(), problem));
    }
    co_return co_await writeClaimStatus(std::move(object), "Pending", nullptr);
}

Step PersistentVolumeController::reconcileBound(ObjectPtr object, Claim claim) {
    if (claim.spec().volumename().empty())
        co_return co_await loseClaim(
            std::move(object), "ClaimLost",
            "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!");
    const ObjectPtr volumeObject = volumes_.get(claim.spec().volumename());
    if (!volumeObject)
        co_return co_await loseClaim(
            std::move(object), "ClaimLost",
            "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
    const auto volume = volumeObject->as<Volume>();
    if (!volume.spec().has_claimref() || volume.spec().claimref().uid() == object->uid().value())
        co_return co_await bind(volumeObject, object);
    co_return co_await loseClaim(std::move(object), "ClaimMisbound",
                                 "Two claims are bound to the same volume, this one is bound incorrectly");
}

Step PersistentVolumeController::loseClaim(ObjectPtr object, std::string reason, std::string message) {
    if (object->as<Claim>().status().phase() == "Lost") co_return Result<void>();
    auto written = co_await writeClaimStatus(object, "Lost", nullptr);
    if (written) events_.record(object, Type::Warning, reason, message);
    co_return written;
}

Step PersistentVolumeController::bind(ObjectPtr volumeObject, ObjectPtr claimObject) {
    auto taken = co_await takeVolume(volumeObject, claimObject);
    if (!taken || !volumeObject) co_return taken;
    auto marked = co_await writeVolumePhase(volumeObject, "Bound", std::string());
    if (!marked || !volumeObject) co_return marked;
    auto named = co_await nameVolume(claimObject, volumeObject->name());
    if (!named || !claimObject) co_return named;
    co_return co_await writeClaimStatus(std::move(claimObject), "Bound", std::move(volumeObject));
}

Step PersistentVolumeController::takeVolume(ObjectPtr& volumeObject, const ObjectPtr& claimObject) {
    auto volume = volumeObject->as<Volume>();
    const auto claim = claimObject->as<Claim>();
    const bool reserved = isBoundTo(volume, claim);
    if (reserved && volume.spec().claimref().uid() == claimObject->uid().value()) co_return Result<void>();
    auto reference = client::referenceTo(*claimObject);
    *volume.mutable_spec()->mutable_claimref() = std::move(reference);
    if (!reserved) (*volume.mutable_metadata()->mutable_annotations())[volumes::boundByController] = "yes";
    auto written = co_await api_.update(std::move(volume));
    volumeObject = written ? written->object : nullptr;
    co_return unlessGone(written);
}

Step PersistentVolumeController::nameVolume(ObjectPtr& claimObject, const std::string& volume) {
    auto claim = claimObject->as<Claim>();
    const bool named = claim.spec().volumename() == volume;
    if (named && hasAnnotation(claim.metadata(), volumes::bindCompleted)) co_return Result<void>();
    auto& annotations = *claim.mutable_metadata()->mutable_annotations();
    if (!named) annotations[volumes::boundByController] = "yes";
    annotations[volumes::bindCompleted] = "yes";
    claim.mutable_spec()->set_volumename(volume);
    auto written = co_await api_.update(std::move(claim));
    claimObject = written ? written->object : nullptr;
    co_return unlessGone(written);
}

Step PersistentVolumeController::writeClaimStatus(ObjectPtr object, std::string phase, ObjectPtr volume) {
    auto claim = object->as<Claim>();
    auto& status = *claim.mutable_status();
    const std::string before = status.phase();
    const std::string was = status.SerializeAsString();
    status.set_phase(phase);
    if (!volume) {
        status.clear_accessmodes();
        status.clear_capacity();
        status.clear_currentvolumeattributesclassname();
    } else {
        const auto given = volume->as<Volume>().spec();
        *status.mutable_accessmodes() = given.accessmodes();
        // Once bound, the size is what whoever grows the volume says: it may lag behind the volume's.
        if (before != phase) *status.mutable_capacity() = given.capacity();
        if (before == "Pending" && given.has_volumeattributesclassname())
            status.set_currentvolumeattributesclassname(given.volumeattributesclassname());
    }
    if (before == phase && status.SerializeAsString() == was) co_return Result<void>();
    auto written = co_await api_.updateStatus(std::move(claim));
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
