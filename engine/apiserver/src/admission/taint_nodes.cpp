#include "admission/chain.h"
#include "engine/api/types.h"

#include <algorithm>

namespace wheelhouse::apiserver {
namespace {

using api::core::Node;

constexpr const char* notReady = "node.kubernetes.io/not-ready";

/// A new node gets no pods before it has said that it is ready: the node lifecycle controller takes the taint
/// away.
class TaintNodes final : public AdmissionPlugin {
  public:
    Result<void> admit(Admission& admission) override {
        if (admission.kind != &api::kindOf<Node>() || admission.operation != Admission::Operation::Create ||
            !admission.subresource.empty())
            return {};
        auto& spec = *static_cast<Node&>(*admission.object).mutable_spec();
        if (std::any_of(spec.taints().begin(), spec.taints().end(), [](const auto& each) {
                return each.key() == notReady && each.effect() == "NoSchedule";
            }))
            return {};
        auto& taint = *spec.add_taints();
        taint.set_key(notReady);
        taint.set_effect("NoSchedule");
        return {};
    }
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeTaintNodes() {
    return std::make_unique<TaintNodes>();
}

} // namespace wheelhouse::apiserver
