#include "admission/chain.h"
#include "admission/default_class.h"
#include "engine/api/groups/networking.h"

namespace wheelhouse::apiserver {
namespace {

using api::networking::Ingress;

/// An ingress that names no class, neither in the old way nor in the new, gets the default one.
class DefaultIngressClass final : public AdmissionPlugin {
  public:
    explicit DefaultIngressClass(store::Store& store) : store_(store) {}

    Result<void> admit(Admission& admission) override {
        if (admission.kind != &api::kindOf<Ingress>() || admission.operation != Admission::Operation::Create)
            return {};
        auto& ingress = static_cast<Ingress&>(*admission.object);
        if (ingress.spec().has_ingressclassname() ||
            ingress.metadata().annotations().count("kubernetes.io/ingress.class") > 0)
            return {};
        if (const auto name = defaultClassName<api::networking::IngressClass>(
                store_, "ingressclass.kubernetes.io/is-default-class"))
            ingress.mutable_spec()->set_ingressclassname(*name);
        return {};
    }

  private:
    store::Store& store_;
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeDefaultIngressClass(store::Store& store) {
    return std::make_unique<DefaultIngressClass>(store);
}

} // namespace wheelhouse::apiserver
