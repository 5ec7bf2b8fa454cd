#include "admission/pods.h"
#include "engine/api/groups/nodeclasses.h"
#include "engine/api/usage.h"
#include "errors.h"

#include <fmt/format.h>

namespace wheelhouse::apiserver {
namespace {

using api::core::Pod;
using api::nodeclasses::RuntimeClass;

/// What a pod's RuntimeClass says about it: what its sandbox costs, and where such sandboxes are.
class RuntimeClasses final : public AdmissionPlugin {
  public:
    explicit RuntimeClasses(store::Store& store) : store_(store) {}

    Result<void> admit(Admission& admission) override {
        Pod* pod = createdPod(admission);
        if (!pod) return {};
        auto& spec = *pod->mutable_spec();
        const auto refuse = [&](const std::string& why) {
            return fail(forbidden(*admission.kind, admission.name, why));
        };
        if (spec.runtimeclassname().empty()) {
            if (spec.overhead().empty()) return {};
            return refuse(
                "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
        }
        const api::ObjectPtr object = store_.newest({&api::kindOf<RuntimeClass>(), spec.runtimeclassname()});
        if (!object)
            return refuse(
                fmt::format("pod rejected: RuntimeClass \"{}\" not found", spec.runtimeclassname()));
        const auto runtime = object->as<RuntimeClass>();
        const api::Amounts wanted = api::amountsOf(runtime.overhead().podfixed());
        if (!spec.overhead().empty() && api::amountsOf(spec.overhead()) != wanted)
            return refuse("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        if (!wanted.empty()) *spec.mutable_overhead() = runtime.overhead().podfixed();
        for (const auto& [key, value] : runtime.scheduling().nodeselector()) {
            const auto [known, fresh] = spec.mutable_nodeselector()->insert({key, value});
            if (!fresh && known->second != value)
                return refuse(fmt::format("conflict: runtimeClass.scheduling.nodeSelector[{}] = {}; "
                                          "pod.spec.nodeSelector[{}] = {}",
                                          key, value, key, known->second));
        }
        for (const auto& toleration : runtime.scheduling().tolerations())
            *spec.add_tolerations() = toleration;
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
