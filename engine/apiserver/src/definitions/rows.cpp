#include "definitions/rows.h"

#include "engine/api/codec.h"
#include "engine/api/custom_resource.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <tuple>

namespace wheelhouse::apiserver {
namespace {

using api::apiextensions::CustomResourceDefinition;
using api::apiextensions::CustomResourceDefinitionVersion;

struct KubeVersion {
    int stability = 0; ///< 2 = v1, 1 = v1beta1, 0 = v1alpha1
    long major = 0;
    long minor = 0;
    auto order() const { return std::tuple(stability, major, minor); }
};

std::optional<long> takeNumber(std::string_view& text) {
    long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || text.starts_with('-')) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

std::optional<KubeVersion> parseVersion(std::string_view text) {
    if (!text.starts_with('v')) return std::nullopt;
    text.remove_prefix(1);
    KubeVersion version;
    const auto major = takeNumber(text);
    if (!major) return std::nullopt;
    version.major = *major;
    version.stability = 2;
    if (text.empty()) return version;
    for (const auto& [word, stability] : {std::pair("beta", 1), std::pair("alpha", 0)}) {
        if (!text.starts_with(word)) continue;
        text.remove_prefix(std::string_view(word).size());
        const auto minor = takeNumber(text);
        if (!minor || !text.empty()) return std::nullopt;
        version.stability = stability;
        version.minor = *minor;
        return version;
    }
    return std::nullopt;
}

std::string withoutDot(const std::string& path) {
    return path.starts_with('.') ? path.substr(1) : path;
}

/// What whoever uses a deprecated version is told.
std::string deprecationOf(const CustomResourceDefinition& definition,
                          const CustomResourceDefinitionVersion& version) {
    if (!version.deprecated()) return {};
    if (version.has_deprecationwarning()) return version.deprecationwarning();
    const std::string& group = definition.spec().group();
    const std::string& kind = definition.spec().names().kind();
    std::string text = fmt::format("{}/{} {} is deprecated", group, version.name(), kind);
    const CustomResourceDefinitionVersion* newer = nullptr;
    for (const auto& other : definition.spec().versions())
        if (other.served() && !other.deprecated() && goesBefore(other.name(), version.name()) &&
            (newer == nullptr || goesBefore(other.name(), newer->name())))
            newer = &other;
    if (newer != nullptr) text += fmt::format("; use {}/{} {}", group, newer->name(), kind);
    return text;
}

api::CustomResource::Definition describe(const CustomResourceDefinition& definition,
                                         const CustomResourceDefinitionVersion& version) {
    api::CustomResource::Definition out;
    out.schema = api::encodeJson(version.schema().openapiv3schema());
    out.status = version.subresources().has_status();
    if (version.subresources().has_scale()) {
        const auto& scale = version.subresources().scale();
        out.scale = {scale.specreplicaspath(), scale.statusreplicaspath(), scale.labelselectorpath()};
    }
    for (const auto& column : version.additionalprintercolumns()) {
        std::string description = column.description();
        if (description.empty())
            description = "Custom resource definition column (in JSONPath format): " + column.jsonpath();
        out.columns.push_back(
            {{column.name(), column.type(), column.format(), std::move(description), column.priority()},
             column.jsonpath()});
    }
    for (const auto& field : version.selectablefields())
        out.selectableFields.push_back(withoutDot(field.jsonpath()));
    out.deprecation = deprecationOf(definition, version);
    out.listKind = definition.status().acceptednames().listkind();
    return out;
}

} // namespace

bool goesBefore(std::string_view a, std::string_view b) {
    const auto first = parseVersion(a);
    const auto second = parseVersion(b);
    if (first && second) return first->order() > second->order();
    if (first || second) return first.has_value();
    return a < b;
}

const api::Kind& unservedRow(const CustomResourceDefinition& definition) {
    api::CustomNames names;
    names.group = definition.spec().group();
    names.plural = definition.spec().names().plural();
    names.kind = definition.spec().names().kind();
    names.namespaced = definition.spec().scope() == "Namespaced";
    return api::customKind(names, "unserved");
}

std::vector<const api::Kind*> rowsOf(const CustomResourceDefinition& definition) {
    const auto& accepted = definition.status().acceptednames();
    api::CustomNames names;
    names.group = definition.spec().group();
    names.plural = accepted.plural();
    names.kind = accepted.kind();
    names.singular = accepted.singular();
    names.shortNames.assign(accepted.shortnames().begin(), accepted.shortnames().end());
    names.categories.assign(accepted.categories().begin(), accepted.categories().end());
    names.namespaced = definition.spec().scope() == "Namespaced";
    std::vector<const api::Kind*> rows;
    for (const auto& version : definition.spec().versions())
        if (version.served())
            rows.push_back(&api::customKind(names, version.name(), describe(definition, version)));
    return rows;
}

} // namespace wheelhouse::apiserver
