#pragma once

#include <string_view>

namespace wheelhouse {

/// Whether a program of this name can be run by this user: in a folder of $PATH, or in those of the system's
/// administration, which many users' $PATH leaves out. Thread-safe.
bool programExists(std::string_view name);

} // namespace wheelhouse
