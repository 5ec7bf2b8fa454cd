#include "admission/pods.h"

namespace wheelhouse::apiserver {
namespace {

/// The pod being created or changed, or null.
api::core::Pod* writtenPod(const Admission& admission) {
    const bool writes = admission.operation == Admission::Operation::Create ||
                        admission.operation == Admission::Operation::Update;
    if (!writes || !admission.subresource.empty() || admission.kind != &api::kindOf<api::core::Pod>())
        return nullptr;
    return static_cast<api::core::Pod*>(admission.object);
}

/// A pod stays five minutes on a node that is not ready or cannot be reached, unless it says otherwise; so
/// does one whose tolerations are replaced by others.
class DefaultTolerations final : public AdmissionPlugin {
  public:
    explicit DefaultTolerations(int seconds) : seconds_(seconds) {}
    Result<void> admit(Admission& admission) override {
        api::core::Pod* pod = writtenPod(admission);
        if (!pod) return {};
        auto* spec = pod->mutable_spec();
        for (const std::string_view key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"})
            if (!tolerates(*spec, key)) {
                auto& toleration = *spec->add_tolerations();
                toleration.set_key(std::string(key));
                toleration.set_operator_("Exists");
                toleration.set_effect("NoExecute");
                toleration.set_tolerationseconds(seconds_);
            }
        return {};
    }

  private:
    static bool tolerates(const api::core::PodSpec& spec, std::string_view key) {
        for (const auto& toleration : spec.tolerations()) {
            const bool keyFits = toleration.key() == key || toleration.key().empty();
            const bool effectFits = toleration.effect() == "NoExecute" || toleration.effect().empty();
            if (keyFits && effectFits) return true;
        }
        return false;
    }

    int seconds_;
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeDefaultTolerations(int seconds) {
    return std::make_unique<DefaultTolerations>(seconds);
}

} // namespace wheelhouse::apiserver
