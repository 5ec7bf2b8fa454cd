#include "admission/chain.h"
#include "admission/default_class.h"
#include "engine/api/groups/storage.h"

namespace wheelhouse::apiserver {
namespace {

using api::core::PersistentVolumeClaim;

/// A claim that says nothing about its storage class gets the default one, if there is one; an empty name
/// says it wants none.
class DefaultStorageClass final : public AdmissionPlugin {
  public:
    explicit DefaultStorageClass(store::Store& store) : store_(store) {}

    Result<void> admit(Admission& admission) override {
        if (admission.kind != &api::kindOf<PersistentVolumeClaim>() ||
            admission.operation != Admission::Operation::Create)
            return {};
        auto& claim = static_cast<PersistentVolumeClaim&>(*admission.object);
        if (claim.spec().has_storageclassname() ||
            claim.metadata().annotations().count("volume.beta.kubernetes.io/storage-class") > 0)
            return {};
        if (const auto name = defaultClassName<api::storage::StorageClass>(
                store_, "storageclass.kubernetes.io/is-default-class"))
            claim.mutable_spec()->set_storageclassname(*name);
        return {};
    }

  private:
    store::Store& store_;
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeDefaultStorageClass(store::Store& store) {
    return std::make_unique<DefaultStorageClass>(store);
}

} // namespace wheelhouse::apiserver
