#include "admission/chain.h"
#include "engine/api/types.h"
#include "errors.h"

#include <algorithm>

namespace wheelhouse::apiserver {
namespace {

using api::core::Service;

/// Services take no addresses from outside: whoever may write a service could catch other people's traffic
/// with them (CVE-2020-8554). What a service has already it may keep.
class DenyExternalIps final : public AdmissionPlugin {
  public:
    Result<void> check(const Admission& admission) override {
        if (admission.kind != &api::kindOf<Service>() || !admission.object || !admission.subresource.empty())
            return {};
        const auto& wanted = static_cast<const Service&>(*admission.object).spec().externalips();
        for (const auto& address : wanted) {
            if (admission.old) {
                const auto& had = static_cast<const Service&>(*admission.old).spec().externalips();
                if (std::find(had.begin(), had.end(), address) != had.end()) continue;
            }
            return fail(forbidden(*admission.kind, admission.name,
                                  "Use of external IPs is denied by admission control"));
        }
        return {};
    }
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeDenyExternalIps() {
    return std::make_unique<DenyExternalIps>();
}

} // namespace wheelhouse::apiserver
