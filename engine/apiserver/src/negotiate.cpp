#include "negotiate.h"

#include "errors.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <optional>
#include <vector>

namespace wheelhouse::apiserver {
namespace {

constexpr std::string_view protobufType = "application/vnd.kubernetes.protobuf";
constexpr std::string_view acceptedTypes =
    "application/json, application/yaml, application/vnd.kubernetes.protobuf";

constexpr std::string_view acceptedTextTypes = "application/json, application/yaml";

struct MediaRange {
    std::string type;
    std::map<std::string, std::string, std::less<>> parameters;
    double quality = 1;

    std::string_view parameter(std::string_view name) const {
        const auto found = parameters.find(name);
        return found == parameters.end() ? std::string_view() : std::string_view(found->second);
    }
};

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
        text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
        text.remove_suffix(1);
    return text;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

template <class Each>
void split(std::string_view text, char separator, const Each& each) {
    while (true) {
        const std::size_t end = std::min(text.find(separator), text.size());
        each(trimmed(text.substr(0, end)));
        if (end == text.size()) return;
        text.remove_prefix(end + 1);
    }
}

std::vector<MediaRange> parseAccept(std::string_view accept) {
    std::vector<MediaRange> ranges;
    split(accept, ',', [&](std::string_view item) {
        if (item.empty()) return;
        MediaRange range;
        bool first = true;
        split(item, ';', [&](std::string_view part) {
            if (std::exchange(first, false)) {
                range.type = lower(part);
                return;
            }
            const std::size_t equals = std::min(part.find('='), part.size());
            std::string name = lower(trimmed(part.substr(0, equals)));
            const std::string_view value = trimmed(part.substr(std::min(equals + 1, part.size())));
            if (name == "q")
                range.quality = std::strtod(std::string(value).c_str(), nullptr);
            else
                range.parameters.emplace(std::move(name), value);
        });
        ranges.push_back(std::move(range));
    });
    std::stable_sort(ranges.begin(), ranges.end(),
                     [](const MediaRange& a, const MediaRange& b) { return a.quality > b.quality; });
    return ranges;
}

std::optional<Format> formatOf(const MediaRange& range, bool shapes, bool watch) {
    Format format;
    if (range.type == "*/*" || range.type == "application/*" || range.type == "application/json")
        format.encoding = Format::Encoding::Json;
    else if (range.type == "application/yaml" && !watch)
        format.encoding = Format::Encoding::Yaml;
    else if (range.type == protobufType)
        format.encoding = Format::Encoding::Protobuf;
    else
        return std::nullopt;
    const std::string_view as = range.parameter("as");
    if (as.empty()) return format;
    const std::string_view version = range.parameter("v");
    if (!shapes || range.parameter("g") != "meta.k8s.io" || (version != "v1" && version != "v1beta1"))
        return std::nullopt;
    format.metaVersion = version;
    if (as == "Table") {
        // Tables have cells of any type: Kubernetes gives them no protobuf form.
        if (format.encoding == Format::Encoding::Protobuf) return std::nullopt;
        format.shape = Format::Shape::Table;
        return format;
    }
    if (as == "PartialObjectMetadata" || as == "PartialObjectMetadataList") {
        format.shape = Format::Shape::Partial;
        return format;
    }
    return std::nullopt;
}

} // namespace

std::string Format::contentType(bool watch) const {
    switch (encoding) {
    case Encoding::Yaml:
        return "application/yaml";
    case Encoding::Protobuf:
        return std::string(protobufType) + (watch ? ";stream=watch" : "");
    case Encoding::Json:
        break;
    }
    return "application/json";
}

Result<Format> negotiate(std::string_view accept, bool shapes, bool watch, bool protobuf) {
    if (trimmed(accept).empty()) return Format{};
    for (const MediaRange& range : parseAccept(accept)) {
        if (range.quality <= 0) continue;
        const auto format = formatOf(range, shapes, watch);
        if (!format) continue;
        const bool whole = format->shape == Format::Shape::Object;
        if (protobuf || !whole || format->encoding != Format::Encoding::Protobuf) return *format;
    }
    return fail(notAcceptable(protobuf ? acceptedTypes : acceptedTextTypes));
}

std::string_view preferredType(std::string_view accept, std::span<const std::string_view> offered) {
    if (trimmed(accept).empty()) return offered.front();
    for (const MediaRange& range : parseAccept(accept)) {
        if (range.quality <= 0) continue;
        for (const std::string_view type : offered)
            if (range.type == "*/*" || range.type == type ||
                (range.type.ends_with("/*") &&
                 type.starts_with(std::string_view(range.type).substr(0, range.type.size() - 1))))
                return type;
    }
    return {};
}

bool wantsAggregatedDiscovery(std::string_view accept) {
    for (const MediaRange& range : parseAccept(accept)) {
        const bool json =
            range.type == "application/json" || range.type == "*/*" || range.type == "application/*";
        if (!json) continue;
        if (range.parameter("as").empty()) return false;
        if (range.parameter("as") == "APIGroupDiscoveryList" &&
            range.parameter("g") == "apidiscovery.k8s.io" && range.parameter("v") == "v2")
            return true;
    }
    return false;
}

BodyType bodyType(std::string_view contentType) {
    const std::string type =
        lower(trimmed(contentType.substr(0, std::min(contentType.find(';'), contentType.size()))));
    if (type.empty() || type == "application/json") return BodyType::Json;
    if (type == "application/yaml" || type == "application/x-yaml") return BodyType::Yaml;
    if (type == protobufType) return BodyType::Protobuf;
    if (type == "application/json-patch+json") return BodyType::JsonPatch;
    if (type == "application/merge-patch+json") return BodyType::MergePatch;
    if (type == "application/strategic-merge-patch+json") return BodyType::StrategicPatch;
    if (type == "application/apply-patch+yaml") return BodyType::ApplyPatch;
    return BodyType::Unknown;
}

} // namespace wheelhouse::apiserver
