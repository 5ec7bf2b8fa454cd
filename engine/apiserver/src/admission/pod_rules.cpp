#include "admission/chain.h"
#include "engine/api/types.h"
#include "errors.h"

#include <array>
#include <fmt/format.h>

namespace wheelhouse::apiserver {
namespace {

/// The spec of a pod being created, or null: these rules look at nothing else.
api::core::PodSpec* createdPodSpec(const Admission& admission) {
    if (admission.operation != Admission::Operation::Create || !admission.subresource.empty()) return nullptr;
    if (admission.kind != &api::kindOf<api::core::Pod>()) return nullptr;
    return static_cast<api::core::Pod&>(*admission.object).mutable_spec();
}

/// Every pod runs as somebody.
class ServiceAccountDefault final : public AdmissionPlugin {
  public:
    Result<void> admit(Admission& admission) override {
        auto* spec = createdPodSpec(admission);
        if (!spec) return {};
        if (spec->serviceaccountname().empty())
            spec->set_serviceaccountname(spec->serviceaccount().empty() ? "default" : spec->serviceaccount());
        spec->set_serviceaccount(spec->serviceaccountname());
        return {};
    }
};

/// Which pods go first. Only the two classes every cluster has exist; all other pods have priority 0.
class Priority final : public AdmissionPlugin {
  public:
    Result<void> admit(Admission& admission) override {
        auto* spec = createdPodSpec(admission);
        if (!spec) return {};
        int priority = 0;
        const std::string& wanted = spec->priorityclassname();
        if (wanted == "system-node-critical")
            priority = 2'000'001'000;
        else if (wanted == "system-cluster-critical")
            priority = 2'000'000'000;
        else if (!wanted.empty())
            return fail(forbidden(*admission.kind, admission.name,
                                  fmt::format("no PriorityClass with name {} was found", wanted)));
        if (spec->has_priority() && spec->priority() != priority)
            return fail(forbidden(
                *admission.kind, admission.name,
                fmt::format("the integer value of priority ({}) must not be provided in pod spec; "
                            "priority admission controller computed {} from the given PriorityClass name",
                            spec->priority(), priority)));
        spec->set_priority(priority);
        if (!spec->has_preemptionpolicy()) spec->set_preemptionpolicy("PreemptLowerPriority");
        return {};
    }
};

/// A pod stays five minutes on a node that is not ready or cannot be reached, unless it says otherwise.
class DefaultTolerations final : public AdmissionPlugin {
  public:
    explicit DefaultTolerations(int seconds) : seconds_(seconds) {}
    Result<void> admit(Admission& admission) override {
        auto* spec = createdPodSpec(admission);
        if (!spec) return {};
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

std::unique_ptr<AdmissionPlugin> makeServiceAccountDefault() {
    return std::make_unique<ServiceAccountDefault>();
}
std::unique_ptr<AdmissionPlugin> makePriority() {
    return std::make_unique<Priority>();
}
std::unique_ptr<AdmissionPlugin> makeDefaultTolerations(int seconds) {
    return std::make_unique<DefaultTolerations>(seconds);
}

} // namespace wheelhouse::apiserver
