#include "fit_error.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <vector>

namespace wheelhouse::scheduler {

std::string noneAvailable(std::size_t nodes, const std::map<std::string, std::size_t>& reasons) {
    std::vector<std::string> texts;
    for (const auto& [reason, count] : reasons) {
        if (count > 0) texts.push_back(fmt::format("{} {}", count, reason));
    }
    std::sort(texts.begin(), texts.end());
    if (texts.empty()) return fmt::format("0/{} nodes are available:", nodes);
    return fmt::format("0/{} nodes are available: {}.", nodes, fmt::join(texts, ", "));
}

} // namespace wheelhouse::scheduler
