#pragma once

#include "admission/chain.h"
#include "engine/api/types.h"

namespace wheelhouse::apiserver {

/// The pod being created, or null: most rules about pods look at nothing else.
inline api::core::Pod* createdPod(const Admission& admission) {
    if (admission.operation != Admission::Operation::Create || !admission.subresource.empty()) return nullptr;
    if (admission.kind != &api::kindOf<api::core::Pod>()) return nullptr;
    return static_cast<api::core::Pod*>(admission.object);
}

} // namespace wheelhouse::apiserver
