#pragma once

#include <memory>

namespace wheelhouse::apiserver {

struct Core;

/// From now on takes Events away an hour after they last happened; nobody else would.
///
/// Contract. Looks through all Events once a minute, some in each turn, and removes those whose times, and
/// whose creation, are that long past by the clock objects are dated by. Interrupted, it begins anew: it
/// remembers nothing. Ends with the core. Control executor only.
void endOldEvents(const std::shared_ptr<Core>& core);

} // namespace wheelhouse::apiserver
