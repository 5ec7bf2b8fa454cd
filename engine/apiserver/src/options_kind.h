#pragma once

#include "path.h"

#include <string_view>

namespace wheelhouse::apiserver {

/// The kind under which the options of a write are refused. Pure.
inline std::string_view optionsKindOf(Verb verb) {
    switch (verb) {
    case Verb::Create:
        return "CreateOptions";
    case Verb::Update:
        return "UpdateOptions";
    case Verb::Patch:
        return "PatchOptions";
    default:
        return "DeleteOptions";
    }
}

} // namespace wheelhouse::apiserver
