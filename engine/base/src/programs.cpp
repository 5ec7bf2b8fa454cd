#include "engine/base/programs.h"

#include <cstdlib>
#include <sstream>
#include <string>
#include <unistd.h>

namespace wheelhouse {

bool programExists(std::string_view name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(std::string(path != nullptr ? path : "/usr/bin:/bin") + ":/usr/sbin:/sbin");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (!folder.empty() && ::access((folder + '/').append(name).c_str(), X_OK) == 0) return true;
    return false;
}

} // namespace wheelhouse
