#include "admission/chain.h"
#include "engine/api/types.h"
#include "metadata.h"

#include <algorithm>

namespace wheelhouse::apiserver {
namespace {

/// New claims and volumes carry the finalizer that keeps them while they are in use.
class StorageProtection final : public AdmissionPlugin {
  public:
    Result<void> admit(Admission& admission) override {
        if (admission.operation != Admission::Operation::Create || !admission.subresource.empty()) return {};
        if (admission.kind == &api::kindOf<api::core::PersistentVolumeClaim>())
            add(admission, "kubernetes.io/pvc-protection");
        else if (admission.kind == &api::kindOf<api::core::PersistentVolume>())
            add(admission, "kubernetes.io/pv-protection");
        return {};
    }

  private:
    static void add(Admission& admission, const char* finalizer) {
        auto& metadata = metadataOf(*admission.object);
        const auto& present = metadata.finalizers();
        if (std::find(present.begin(), present.end(), finalizer) == present.end())
            metadata.add_finalizers(finalizer);
    }
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeStorageProtection() {
    return std::make_unique<StorageProtection>();
}

} // namespace wheelhouse::apiserver
