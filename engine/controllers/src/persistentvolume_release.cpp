// The volumes' side of binding: their phases, and what happens when their claim has gone.
#include "persistentvolume_controller.h"

#include "volume_matching.h"

#include <fmt/format.h>

namespace wheelhouse::controllers {

using Type = client::EventRecorder::Type;

Step PersistentVolumeController::reconcileVolume(ObjectPtr object) {
    auto volume = object->as<Volume>();
    const auto& reference = volume.spec().claimref();
    if (!volume.spec().has_claimref() || reference.uid().empty())
        co_return co_await writeVolumePhase(object, "Available", std::string());
    auto asked = co_await claimOfVolume(volume);
    if (!asked) co_return fail(asked.error());
    if (!*asked) co_return co_await release(std::move(object));
    const auto claim = (*asked)->as<Claim>();
    if (claim.spec().volumename() == object->name())
        co_return co_await writeVolumePhase(object, "Bound", std::string());
    if (claim.spec().volumename().empty()) {
        if (!modesDiffer(volume, claim)) {
            enqueue("claim:" + (*asked)->key()); // the claim's own look finishes the binding
            co_return Result<void>();
        }
        events_.record(object, Type::Warning, "VolumeMismatch",
                       fmt::format("Cannot bind PersistentVolume to requested PersistentVolumeClaim \"{}\" "
                                   "due to incompatible volumeMode.",
                                   (*asked)->name()));
        events_.record(*asked, Type::Warning, "VolumeMismatch",
                       fmt::format("Cannot bind PersistentVolume \"{}\" to requested PersistentVolumeClaim "
                                   "due to incompatible volumeMode.",
                                   object->name()));
        co_return Result<void>();
    }
    // The claim has another volume. One made for it is of no use to anybody else.
    if (hasAnnotation(volume.metadata(), volumes::provisionedBy) &&
        volume.spec().persistentvolumereclaimpolicy() == "Delete")
        co_return co_await release(std::move(object));
    co_return co_await unbind(std::move(object));
}

client::Task<Result<ObjectPtr>> PersistentVolumeController::claimOfVolume(Volume volume) {
    const auto& reference = volume.spec().claimref();
    const std::string uid = reference.uid();
    const ObjectPtr known = claims_.get(reference.namespace_() + "/" + reference.name());
    if (known && known->uid().value() == uid) co_return known;
    const std::string& phase = volume.status().phase();
    if (!known && (phase == "Released" || phase == "Failed")) co_return ObjectPtr();
    // The informer may lag behind a volume that was made and bound by somebody else.
    auto live = co_await api_.get<Claim>(reference.namespace_(), reference.name());
    if (!live && live.error().reason != Reason::NotFound) co_return fail(live.error());
    if (!live || (*live)->uid().value() != uid) co_return ObjectPtr();
    co_return *live;
}

Step PersistentVolumeController::release(ObjectPtr object) {
    auto volume = object->as<Volume>();
    const std::string& phase = volume.status().phase();
    if (phase != "Released" && phase != "Failed") {
        auto written = co_await writeVolumePhase(object, "Released", std::string());
        if (!written || !object) co_return written;
    }
    const std::string& policy = volume.spec().persistentvolumereclaimpolicy();
    if (policy.empty() || policy == "Retain") co_return Result<void>();
    if (policy == "Recycle")
        co_return co_await failVolume(std::move(object), "VolumeFailedRecycle",
                                      "No recycler plugin found for the volume!");
    if (policy != "Delete")
        co_return co_await failVolume(std::move(object), "VolumeUnknownReclaimPolicy",
                                      "Volume has unrecognized PersistentVolumeReclaimPolicy");
    const std::string provisioner = annotationOf(volume.metadata(), volumes::provisionedBy);
    if (provisioner.starts_with("kubernetes.io/"))
        co_return co_await failVolume(std::move(object), "VolumeFailedDelete",
                                      "no volume plugin matched name: " + provisioner);
    const bool others = !provisioner.empty() || volume.spec().persistentvolumesource().has_csi();
    if (others) co_return Result<void>(); // whoever made it deletes it, now that it is Released
    co_return co_await failVolume(
        object, "VolumeFailedDelete",
        fmt::format(
            "error getting deleter volume plugin for volume \"{}\": no deletable volume plugin matched",
            object->name()));
}

Step PersistentVolumeController::failVolume(ObjectPtr object, std::string reason, std::string message) {
    if (object->as<Volume>().status().phase() == "Failed") co_return Result<void>();
    auto written = co_await writeVolumePhase(object, "Failed", message);
    if (written && object) events_.record(object, Type::Warning, reason, message);
    co_return written;
}

Step PersistentVolumeController::unbind(ObjectPtr object) {
    auto volume = object->as<Volume>();
    auto& annotations = *volume.mutable_metadata()->mutable_annotations();
    if (annotations.erase(volumes::boundByController) > 0)
        volume.mutable_spec()->clear_claimref();
    else
        volume.mutable_spec()->mutable_claimref()->clear_uid(); // a person's reservation stays one
    auto written = co_await api_.update(std::move(volume));
    if (!written) co_return unlessGone(written);
    ObjectPtr unbound = written->object;
    co_return co_await writeVolumePhase(unbound, "Available", std::string());
}

Step PersistentVolumeController::writeVolumePhase(ObjectPtr& object, std::string phase, std::string message) {
    auto volume = object->as<Volume>();
    if (volume.status().phase() == phase) co_return Result<void>();
    auto& status = *volume.mutable_status();
    status.set_phase(phase);
    status.set_message(message);
    if (message.empty()) status.clear_message();
    *status.mutable_lastphasetransitiontime() = timestamp();
    auto written = co_await api_.updateStatus(std::move(volume));
    object = written ? written->object : nullptr;
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
