#include "admission/chain.h"
#include "engine/api/types.h"
#include "errors.h"

#include <array>
#include <fmt/format.h>

namespace wheelhouse::apiserver {
namespace {

constexpr std::array<std::string_view, 3> immortal = {"default", "kube-system", "kube-public"};

/// Nothing is created in a namespace that is not there or is going; the namespaces a cluster cannot do
/// without stay.
class NamespaceLifecycle final : public AdmissionPlugin {
  public:
    explicit NamespaceLifecycle(store::Store& store) : store_(store) {}

    Result<void> admit(Admission& admission) override {
        using Operation = Admission::Operation;
        if (admission.kind == &namespaceKind()) {
            if (admission.operation == Operation::Delete &&
                std::find(immortal.begin(), immortal.end(), admission.name) != immortal.end())
                return fail(forbidden(*admission.kind, admission.name, "this namespace may not be deleted"));
            if (admission.operation == Operation::Create) {
                auto& space = static_cast<api::core::Namespace&>(*admission.object);
                auto& finalizers = *space.mutable_spec()->mutable_finalizers();
                if (std::find(finalizers.begin(), finalizers.end(), "kubernetes") == finalizers.end())
                    finalizers.Add("kubernetes");
            }
            return {};
        }
        if (admission.operation != Operation::Create || !admission.kind->namespaced) return {};
        const api::ObjectPtr space = store_.newest({&namespaceKind(), admission.nameSpace});
        if (!space) return fail(notFound(namespaceKind(), admission.nameSpace));
        if (!space->deleting()) return {};
        Status status = forbidden(
            *admission.kind, admission.name,
            fmt::format("unable to create new content in namespace {} because it is being terminated",
                        admission.nameSpace));
        status.causes.push_back({"NamespaceTerminating",
                                 fmt::format("namespace {} is being terminated", admission.nameSpace),
                                 "metadata.namespace"});
        return fail(std::move(status));
    }

  private:
    static const api::Kind& namespaceKind() { return api::kindOf<api::core::Namespace>(); }
    store::Store& store_;
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeNamespaceLifecycle(store::Store& store) {
    return std::make_unique<NamespaceLifecycle>(store);
}

} // namespace wheelhouse::apiserver
