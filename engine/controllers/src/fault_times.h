#pragma once

#include "engine/api/groups/faults.h"
#include "engine/base/clock.h"

#include <optional>

namespace wheelhouse::controllers {

/// When a fault begins. Pure.
struct Beginning {
    std::optional<WallTime> at; ///< nothing: never (again)
    bool known = true;          ///< false: its time zone is not known yet; ask again in a moment
};

/// For the first time.
Beginning firstBeginning(const api::lab::Fault& fault);
/// For the first time later than `now`; never, where the fault is not repeated.
Beginning nextBeginning(const api::lab::Fault& fault, WallTime now);

} // namespace wheelhouse::controllers
