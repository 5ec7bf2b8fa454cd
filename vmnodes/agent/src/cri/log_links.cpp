#include "log_links.h"

#include "engine/base/log.h"

#include <fmt/format.h>
#include <functional>
#include <vector>

namespace wheelhouse::agent {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longestName = 255;
const std::string suffix = ".log";

void removeWhere(const fs::path& folder, const std::function<bool(const fs::path&)>& which) {
    std::error_code error;
    std::vector<fs::path> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
        if (entry.is_symlink() && which(entry.path())) found.push_back(entry.path());
    for (const fs::path& path : found)
        fs::remove(path, error);
}

} // namespace

fs::path logLinkFolder(const fs::path& logFolder) {
    return logFolder.parent_path() / "containers";
}

std::string logLinkName(const PodId& pod, const std::string& container, const std::string& id) {
    return fmt::format("{}_{}_{}-{}", pod.name, pod.nameSpace, container, id)
               .substr(0, longestName - suffix.size()) +
           suffix;
}

void linkLog(const fs::path& folder, const std::string& name, const fs::path& log) {
    std::error_code error;
    fs::create_directories(folder, error);
    fs::remove(folder / name, error);
    fs::create_symlink(log, folder / name, error);
    if (error) log::warning("agent", "cannot make {}: {}", (folder / name).string(), error.message());
}

void unlinkLog(const fs::path& folder, const std::string& id) {
    removeWhere(folder, [end = "-" + id + suffix](const fs::path& link) {
        return link.filename().string().ends_with(end);
    });
}

void unlinkLogsBelow(const fs::path& folder, const fs::path& logs) {
    removeWhere(folder, [prefix = logs.string() + "/"](const fs::path& link) {
        std::error_code error;
        return fs::read_symlink(link, error).string().starts_with(prefix);
    });
}

} // namespace wheelhouse::agent
