#include "admission/chain.h"
#include "engine/api/groups/storage.h"
#include "engine/api/usage.h"
#include "errors.h"

namespace wheelhouse::apiserver {
namespace {

using api::core::PersistentVolumeClaim;

/// A claim grows only once it is bound, and only where its storage class can do that.
class ClaimResize final : public AdmissionPlugin {
  public:
    explicit ClaimResize(store::Store& store) : store_(store) {}

    Result<void> check(const Admission& admission) override {
        if (admission.kind != &api::kindOf<PersistentVolumeClaim>() || !admission.object || !admission.old ||
            !admission.subresource.empty())
            return {};
        const auto& now = static_cast<const PersistentVolumeClaim&>(*admission.object);
        const auto& before = static_cast<const PersistentVolumeClaim&>(*admission.old);
        if (sizeOf(now) <= sizeOf(before)) return {};
        if (before.status().phase() != "Bound")
            return fail(forbidden(*admission.kind, admission.name,
                                  "Only bound persistent volume claims can be expanded"));
        const api::ObjectPtr storageClass =
            store_.newest({&api::kindOf<api::storage::StorageClass>(), now.spec().storageclassname()});
        if (!storageClass || !storageClass->as<api::storage::StorageClass>().allowvolumeexpansion())
            return fail(forbidden(*admission.kind, admission.name,
                                  "only dynamically provisioned pvc can be resized and the storageclass that "
                                  "provisions the pvc must support resize"));
        return {};
    }

  private:
    static api::Quantity sizeOf(const PersistentVolumeClaim& claim) {
        const api::Amounts amounts = api::amountsOf(claim.spec().resources().requests());
        const auto found = amounts.find("storage");
        return found == amounts.end() ? api::Quantity() : found->second;
    }

    store::Store& store_;
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeClaimResize(store::Store& store) {
    return std::make_unique<ClaimResize>(store);
}

} // namespace wheelhouse::apiserver
