#pragma once

#include "engine/api/kind.h"

namespace wheelhouse::api {

/// Whether objects of this kind are made when somebody asks for them (see apiserver::ObjectSource): its verbs
/// read and nothing else. The store holds none, and the row is its own `storedAs`.
inline bool isComputed(const Kind& kind) {
    return kind.storedAs == &kind;
}

} // namespace wheelhouse::api
