#include "priority_classes.h"

#include "engine/api/priority.h"

#include <fmt/format.h>

namespace wheelhouse::scheduler {

const api::scheduling::PriorityClass* PriorityClasses::classOf(const api::core::PodSpec& spec) const {
    if (!spec.priorityclassname().empty()) {
        const auto named = classes_.find(spec.priorityclassname());
        return named == classes_.end() ? nullptr : &named->second;
    }
    const api::scheduling::PriorityClass* out = nullptr;
    for (const auto& [name, each] : classes_) {
        if (each.globaldefault() && (out == nullptr || each.value() < out->value())) out = &each;
    }
    return out;
}

Result<void> PriorityClasses::settle(api::core::Pod& pod) const {
    const std::string refusal = api::settlePriority(*pod.mutable_spec(), classOf(pod.spec()));
    if (refusal.empty()) return {};
    Status status;
    status.reason = Reason::Forbidden;
    status.kind = "pods";
    status.name = pod.metadata().name();
    status.message = fmt::format("pods \"{}\" is forbidden: {}", status.name, refusal);
    return fail(std::move(status));
}

} // namespace wheelhouse::scheduler
