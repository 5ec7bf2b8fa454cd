#include "pod_admission.h"

#include "engine/api/limit_ranges.h"
#include "engine/api/priority.h"
#include "engine/api/runtime_class.h"

#include <fmt/format.h>
#include <vector>

namespace wheelhouse::scheduler {

namespace core = api::core;
using api::nodeclasses::RuntimeClass;
using api::scheduling::PriorityClass;

void PodAdmission::put(const api::ObjectPtr& object) {
    const auto* type = object->kind().descriptor;
    if (type == PriorityClass::descriptor()) classes_[object->name()] = object->as<PriorityClass>();
    if (type == RuntimeClass::descriptor()) runtimes_[object->name()] = object->as<RuntimeClass>();
    if (type == core::LimitRange::descriptor()) ranges_[object->key()] = object->as<core::LimitRange>();
}

void PodAdmission::remove(const api::ObjectPtr& object) {
    const auto* type = object->kind().descriptor;
    if (type == PriorityClass::descriptor()) classes_.erase(object->name());
    if (type == RuntimeClass::descriptor()) runtimes_.erase(object->name());
    if (type == core::LimitRange::descriptor()) ranges_.erase(object->key());
}

const PriorityClass* PodAdmission::classOf(const core::PodSpec& spec) const {
    if (!spec.priorityclassname().empty()) {
        const auto named = classes_.find(spec.priorityclassname());
        return named == classes_.end() ? nullptr : &named->second;
    }
    const PriorityClass* out = nullptr;
    for (const auto& [name, each] : classes_) {
        if (each.globaldefault() && (out == nullptr || each.value() < out->value())) out = &each;
    }
    return out;
}

std::string PodAdmission::refusalOf(core::Pod& pod) const {
    std::vector<const core::LimitRange*> ranges;
    const std::string prefix = pod.metadata().namespace_() + "/";
    for (auto each = ranges_.lower_bound(prefix); each != ranges_.end() && each->first.starts_with(prefix);
         ++each)
        ranges.push_back(&each->second);
    for (const core::LimitRange* range : ranges)
        api::applyLimitRange(pod, *range);
    if (std::string refusal = api::settlePriority(*pod.mutable_spec(), classOf(pod.spec())); !refusal.empty())
        return refusal;
    const auto runtime = runtimes_.find(pod.spec().runtimeclassname());
    if (std::string refusal = api::settleRuntimeClass(
            *pod.mutable_spec(), runtime == runtimes_.end() ? nullptr : &runtime->second);
        !refusal.empty())
        return refusal;
    std::vector<std::string> problems;
    for (const core::LimitRange* range : ranges)
        api::checkLimits(pod, *range, problems);
    return api::joinedProblems(problems);
}

Result<void> PodAdmission::settle(core::Pod& pod) const {
    const std::string refusal = refusalOf(pod);
    if (refusal.empty()) return {};
    Status status;
    status.reason = Reason::Forbidden;
    status.kind = "pods";
    status.name = pod.metadata().name();
    status.message = fmt::format("pods \"{}\" is forbidden: {}", status.name, refusal);
    return fail(std::move(status));
}

} // namespace wheelhouse::scheduler
