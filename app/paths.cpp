#include "paths.h"

#include <cstdlib>

namespace wheelhouse::app {
namespace {

std::filesystem::path xdg(const char* variable, const char* underHome) {
    if (const char* value = std::getenv(variable); value != nullptr && *value == '/') return value;
    const char* home = std::getenv("HOME");
    return std::filesystem::path(home != nullptr && *home != '\0' ? home : "/tmp") / underHome;
}

} // namespace

std::filesystem::path defaultDataDirectory() {
    return xdg("XDG_DATA_HOME", ".local/share") / "wheelhouse" / "lab";
}

std::filesystem::path cacheDirectory() {
    return xdg("XDG_CACHE_HOME", ".cache") / "wheelhouse";
}

std::filesystem::path stateDirectory() {
    return xdg("XDG_STATE_HOME", ".local/state") / "wheelhouse";
}

std::filesystem::path programDirectory() {
    std::error_code error;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::filesystem::current_path() : self.parent_path();
}

} // namespace wheelhouse::app
