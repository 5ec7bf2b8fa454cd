#include "engine/api/runtime_class.h"

#include "engine/api/usage.h"

#include <fmt/format.h>

namespace wheelhouse::api {

std::string settleRuntimeClass(core::PodSpec& spec, const nodeclasses::RuntimeClass* chosen) {
    if (spec.runtimeclassname().empty())
        return spec.overhead().empty()
                   ? std::string()
                   : "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead";
    if (chosen == nullptr)
        return fmt::format("pod rejected: RuntimeClass \"{}\" not found", spec.runtimeclassname());
    const Amounts wanted = amountsOf(chosen->overhead().podfixed());
    if (!spec.overhead().empty() && amountsOf(spec.overhead()) != wanted)
        return "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
    if (!wanted.empty()) *spec.mutable_overhead() = chosen->overhead().podfixed();
    for (const auto& [key, value] : chosen->scheduling().nodeselector()) {
        const auto [known, fresh] = spec.mutable_nodeselector()->insert({key, value});
        if (!fresh && known->second != value)
            return fmt::format("conflict: runtimeClass.scheduling.nodeSelector[{}] = {}; "
                               "pod.spec.nodeSelector[{}] = {}",
                               key, value, key, known->second);
    }
    for (const auto& toleration : chosen->scheduling().tolerations())
        *spec.add_tolerations() = toleration;
    return {};
}

} // namespace wheelhouse::api
