#pragma once

#include <filesystem>

namespace wheelhouse::app {

/// XDG places, "wheelhouse" appended: data (the lab), cache (node images), state (what the window remembers),
/// and the folder this program's
/// files lie in.
std::filesystem::path defaultDataDirectory();
std::filesystem::path cacheDirectory();
std::filesystem::path stateDirectory();
/// Where wheelhouse, wheelhouse-agent and the demo programs lie together.
std::filesystem::path programDirectory();

} // namespace wheelhouse::app
