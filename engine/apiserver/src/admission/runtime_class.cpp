#include "engine/api/runtime_class.h"
#include "admission/pods.h"
#include "errors.h"

#include <optional>

namespace wheelhouse::apiserver {
namespace {

using api::nodeclasses::RuntimeClass;

/// What a pod's RuntimeClass says about it.
class RuntimeClasses final : public AdmissionPlugin {
  public:
    explicit RuntimeClasses(store::Store& store) : store_(store) {}

    Result<void> admit(Admission& admission) override {
        api::core::Pod* pod = createdPod(admission);
        if (!pod) return {};
        std::optional<RuntimeClass> chosen;
        if (const std::string& name = pod->spec().runtimeclassname(); !name.empty())
            if (const auto object = store_.newest({&api::kindOf<RuntimeClass>(), name}))
                chosen = object->as<RuntimeClass>();
        const std::string refusal =
            api::settleRuntimeClass(*pod->mutable_spec(), chosen ? &*chosen : nullptr);
        if (!refusal.empty()) return fail(forbidden(*admission.kind, admission.name, refusal));
        return {};
    }

  private:
    store::Store& store_;
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeRuntimeClass(store::Store& store) {
    return std::make_unique<RuntimeClasses>(store);
}

} // namespace wheelhouse::apiserver
