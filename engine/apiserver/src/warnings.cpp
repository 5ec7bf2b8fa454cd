#include "warnings.h"

#include "engine/api/custom_resource.h"

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

std::string deprecationOf(const api::Kind& kind) {
    if (const auto* custom = api::customOf(kind)) return custom->definition().deprecation;
    if (kind.name == api::ResourceName{"", "v1", "componentstatuses"})
        return "v1 ComponentStatus is deprecated in v1.19+";
    if (kind.name == api::ResourceName{"", "v1", "endpoints"})
        return "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
    return {};
}

void addWarnings(Headers& headers, const std::vector<std::string>& warnings) {
    std::size_t total = 0;
    for (const auto& warning : warnings)
        total += warning.size();
    for (const auto& warning : warnings)
        headers.emplace_back("warning", warningHeader(warning, total > mostTogether));
}

} // namespace wheelhouse::apiserver
