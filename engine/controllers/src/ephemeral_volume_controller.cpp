#include "ephemeral_volume_controller.h"

#include "pods.h"
#include "volume_users.h"

#include <fmt/format.h>

namespace wheelhouse::controllers {

EphemeralVolumeController::EphemeralVolumeController(const Deps& deps)
    : QueuedController(deps, "ephemeral-volume"),
      pods_(watch<core::Pod>({.onAdd =
                                  [this](const ObjectPtr& pod) {
                                      if (!api::usesClaims(*pod)) return;
                                      const auto decoded = pod->as<core::Pod>();
                                      for (const auto& volume : decoded.spec().volumes())
                                          if (volume.volumesource().has_ephemeral())
                                              return enqueue(pod->key());
                                  }})),
      claims_(watch<core::PersistentVolumeClaim>({.onDelete = [this](const ObjectPtr& claim) {
          for (const ObjectPtr& pod : pods_.byIndex(byClaim, claim->key()))
              enqueue(pod->key());
      }})) {
    indexByClaim(pods_);
}

Step EphemeralVolumeController::reconcile(std::string key) {
    const ObjectPtr pod = pods_.get(key);
    if (!pod || pod->deleting()) co_return Result<void>();
    const auto decoded = pod->as<core::Pod>();
    if (isTerminal(decoded)) co_return Result<void>();
    for (const core::Volume& volume : decoded.spec().volumes()) {
        if (!volume.volumesource().has_ephemeral()) continue;
        auto made = co_await makeClaim(pod, volume);
        if (!made) co_return made;
    }
    co_return Result<void>();
}

Step EphemeralVolumeController::makeClaim(ObjectPtr pod, core::Volume volume) {
    const std::string name = ephemeralClaim(pod->name(), volume);
    if (const ObjectPtr present = claims_.get(pod->nameSpace() + "/" + name)) {
        if (present->controllerUid() == pod->uid()) co_return Result<void>();
        const std::string why =
            fmt::format("ephemeral volume {}: PVC {}/{} was not created for pod {} (pod is not owner)",
                        volume.name(), pod->nameSpace(), name, pod->key());
        events_.record(pod, client::EventRecorder::Type::Warning, "FailedBinding", why);
        co_return fail(Reason::Conflict, why);
    }
    const auto& model = volume.volumesource().ephemeral().volumeclaimtemplate();
    core::PersistentVolumeClaim claim;
    auto& metadata = *claim.mutable_metadata();
    metadata.set_name(name);
    metadata.set_namespace_(pod->nameSpace());
    *metadata.mutable_labels() = model.metadata().labels();
    *metadata.mutable_annotations() = model.metadata().annotations();
    auto owner = client::controllerReference(*pod);
    *metadata.add_ownerreferences() = std::move(owner);
    *claim.mutable_spec() = model.spec();
    auto made = co_await api_.create(std::move(claim));
    if (!made && made.error().reason == Reason::AlreadyExists) {
        enqueueAfter(pod->key(), std::chrono::seconds(1)); // whose it is shows when the informer has it
        co_return Result<void>();
    }
    if (!made) {
        events_.record(
            pod, client::EventRecorder::Type::Warning, "FailedBinding",
            fmt::format("ephemeral volume {}: create PVC {}: {}", volume.name(), name, made.error().message));
        co_return fail(made.error());
    }
    co_return Result<void>();
}

} // namespace wheelhouse::controllers
