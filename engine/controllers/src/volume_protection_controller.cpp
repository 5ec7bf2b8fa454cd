#include "volume_protection_controller.h"

#include "finalizers.h"
#include "volume_users.h"

#include <algorithm>

namespace wheelhouse::controllers {

namespace {

constexpr const char* claimFinalizer = "kubernetes.io/pvc-protection";
constexpr const char* volumeFinalizer = "kubernetes.io/pv-protection";

} // namespace

ClaimProtectionController::ClaimProtectionController(const Deps& deps)
    : QueuedController(deps, "pvcprotection"), claims_(watch<core::PersistentVolumeClaim>(enqueueSelf())),
      pods_(watch<core::Pod>(onAny([this](const ObjectPtr& pod) {
          for (const std::string& claim : claimsOf(*pod)) {
              const ObjectPtr found = claims_.get(claim);
              if (found && found->deleting()) enqueue(claim);
          }
      }))) {
    indexByClaim(pods_);
}

Step ClaimProtectionController::reconcile(std::string key) {
    const ObjectPtr object = claims_.get(key);
    if (!object) co_return Result<void>();
    auto claim = object->as<core::PersistentVolumeClaim>();
    const bool there = hasFinalizer(claim.metadata(), claimFinalizer);
    if (there != object->deleting()) co_return Result<void>();
    if (there) {
        auto used = co_await inUse(object);
        if (!used) co_return fail(used.error());
        if (*used) co_return Result<void>();
        dropFinalizer(*claim.mutable_metadata(), claimFinalizer);
    } else
        claim.mutable_metadata()->add_finalizers(claimFinalizer);
    auto written = co_await api_.update(std::move(claim));
    co_return unlessGone(written);
}

client::Task<Result<bool>> ClaimProtectionController::inUse(ObjectPtr claim) {
    const auto uses = [&](const ObjectPtr& pod) { return usesClaim(*pod, *claim); };
    const auto known = pods_.byIndex(byClaim, claim->key());
    if (std::any_of(known.begin(), known.end(), uses)) co_return true;
    // A pod may have been bound a moment ago.
    client::ListOptions options;
    options.nameSpace = claim->nameSpace();
    auto live = co_await api_.list(api::kindOf<core::Pod>().name, options);
    if (!live) co_return fail(live.error());
    co_return std::any_of(live->items.begin(), live->items.end(), uses);
}

VolumeProtectionController::VolumeProtectionController(const Deps& deps)
    : QueuedController(deps, "pvprotection"), volumes_(watch<core::PersistentVolume>(enqueueSelf())) {}

Step VolumeProtectionController::reconcile(std::string key) {
    const ObjectPtr object = volumes_.get(key);
    if (!object) co_return Result<void>();
    auto volume = object->as<core::PersistentVolume>();
    const bool there = hasFinalizer(volume.metadata(), volumeFinalizer);
    if (there != object->deleting()) co_return Result<void>();
    if (!there)
        volume.mutable_metadata()->add_finalizers(volumeFinalizer);
    else if (volume.status().phase() != "Bound")
        dropFinalizer(*volume.mutable_metadata(), volumeFinalizer);
    else
        co_return Result<void>();
    auto written = co_await api_.update(std::move(volume));
    co_return unlessGone(written);
}

} // namespace wheelhouse::controllers
