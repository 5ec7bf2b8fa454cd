#include "warnings.h"

namespace wheelhouse::apiserver {
namespace {

constexpr std::size_t mostTogether = 4096;
constexpr std::size_t shortened = 256;

std::string warningHeader(std::string_view text, bool shorten) {
    if (shorten && text.size() > shortened) text = text.substr(0, shortened);
    std::string out = "299 - \"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c == '\n' || c == '\r' ? ' ' : c);
    }
    return out + "\"";
}

} // namespace

void addWarnings(Headers& headers, const std::vector<std::string>& warnings) {
    std::size_t total = 0;
    for (const auto& warning : warnings)
        total += warning.size();
    for (const auto& warning : warnings)
        headers.emplace_back("warning", warningHeader(warning, total > mostTogether));
}

} // namespace wheelhouse::apiserver
