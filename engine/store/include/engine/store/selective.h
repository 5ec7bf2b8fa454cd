#pragma once

#include "engine/api/traits.h"
#include "engine/store/store.h"

#include <functional>

namespace wheelhouse::store {

/// A filter that also says what everything it accepts has. Given to `Store::list` as it is, a list of the
/// present passes by what cannot match without touching it.
struct Selective {
    api::Traits labels = 0;     ///< of labels and names
    api::RequiredFields fields; ///< of fields
    std::function<bool(const ObjectPtr&)> accepts;

    bool operator()(const ObjectPtr& object) const { return accepts(object); }
};

} // namespace wheelhouse::store
