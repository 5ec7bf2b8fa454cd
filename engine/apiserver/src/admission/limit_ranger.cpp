#include "admission/chain.h"
#include "admission/pods.h"
#include "engine/api/limit_ranges.h"
#include "errors.h"

namespace wheelhouse::apiserver {
namespace {

using api::core::LimitRange;
using api::core::PersistentVolumeClaim;
using api::core::Pod;

/// Gives containers the requests and limits their namespace's limit ranges say, and refuses pods and claims
/// outside what they allow.
class LimitRanger final : public AdmissionPlugin {
  public:
    explicit LimitRanger(store::Store& store) : store_(store) {}

    Result<void> admit(Admission& admission) override {
        Pod* pod = createdPod(admission);
        if (!pod) return {};
        for (const LimitRange& range : rangesOf(admission.nameSpace))
            api::applyLimitRange(*pod, range);
        return {};
    }

    Result<void> check(const Admission& admission) override {
        if (!admission.object) return {};
        const bool creates = admission.operation == Admission::Operation::Create;
        const bool main = admission.subresource.empty();
        std::vector<std::string> problems;
        if (admission.kind == &api::kindOf<Pod>()) {
            if (!(creates && main) && admission.subresource != "resize") return {};
            for (const LimitRange& range : rangesOf(admission.nameSpace))
                api::checkLimits(static_cast<const Pod&>(*admission.object), range, problems);
        } else if (admission.kind == &api::kindOf<PersistentVolumeClaim>() && main)
            for (const LimitRange& range : rangesOf(admission.nameSpace))
                api::checkLimits(static_cast<const PersistentVolumeClaim&>(*admission.object), range,
                                 problems);
        if (problems.empty()) return {};
        return fail(forbidden(*admission.kind, admission.name, api::joinedProblems(problems)));
    }

  private:
    std::vector<LimitRange> rangesOf(const std::string& nameSpace) const {
        std::vector<LimitRange> out;
        for (const api::ObjectPtr& object : store_.listNewest(api::kindOf<LimitRange>(), nameSpace + "/"))
            if (!object->deleting()) out.push_back(object->as<LimitRange>());
        return out;
    }

    store::Store& store_;
};

} // namespace

std::unique_ptr<AdmissionPlugin> makeLimitRanger(store::Store& store) {
    return std::make_unique<LimitRanger>(store);
}

} // namespace wheelhouse::apiserver
