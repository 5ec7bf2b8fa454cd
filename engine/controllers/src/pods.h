#pragma once

#include "engine/api/glance.h"
#include "engine/api/object.h"
#include "engine/api/types.h"
#include "engine/base/clock.h"

#include <string_view>

namespace wheelhouse::controllers {

/// The word stands somewhere in the object. For words few objects have: decoding every pod of a cluster to
/// look for one would cost more than all else.
inline bool mentions(const api::Object& object, std::string_view word) {
    return object.bytes().find(word) != std::string::npos;
}

/// Kubernetes' words for the states of a pod, as functions.
const api::core::PodCondition* findCondition(const api::core::PodStatus& status, std::string_view type);
/// The Ready condition is True.
bool isReady(const api::core::Pod& pod);
/// It ran to its end, well or badly.
bool isTerminal(const api::core::Pod& pod);
/// It runs or may run, and is not being deleted.
bool isActive(const api::core::Pod& pod);
/// Ready for at least `minReadySeconds`. `remaining` (may be null): how long until then, when it is only a
/// matter of time.
bool isAvailable(const api::core::Pod& pod, int minReadySeconds, WallTime now, Duration* remaining = nullptr);
bool isAvailable(const api::PodFacts& pod, int minReadySeconds, WallTime now, Duration* remaining = nullptr);

/// Sets the condition of this type, keeping the transition time when the status stays. True when anything
/// changed.
bool setCondition(api::core::PodStatus& status, const api::core::PodCondition& condition);

} // namespace wheelhouse::controllers
