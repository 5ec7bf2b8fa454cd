#include "custom/definition.h"

#include "custom/findings.h"
#include "custom/json_path.h"
#include "custom/schema.h"
#include "custom/structural.h"
#include "engine/api/codec.h"
#include "semantics/kind_rules.h"
#include "semantics/names.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

// CustomResourceDefinitions: defaults and what may be wrong with one (apiextensions' validation).

namespace wheelhouse::api::semantics {
namespace {

using custom::Findings;

using apiextensions::CustomResourceDefinition;
using apiextensions::CustomResourceDefinitionNames;
using apiextensions::CustomResourceDefinitionSpec;
using apiextensions::CustomResourceDefinitionVersion;

constexpr std::size_t mostSelectableFields = 8;
constexpr const char* approvalAnnotation = "api-approved.kubernetes.io";

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    return text;
}

void label(const std::string& value, const Path& path, Findings& problems) {
    if (const Complaints complaints = dns1035Label(value); !value.empty() && !complaints.empty())
        problems.invalid(path, value, fmt::format("{}", fmt::join(complaints, ",")));
}

void mixedCaseLabel(const std::string& value, const Path& path, Findings& problems) {
    if (const Complaints complaints = dns1035Label(lower(value)); !value.empty() && !complaints.empty())
        problems.invalid(
            path, value,
            fmt::format("may have mixed case, but should otherwise match: {}", fmt::join(complaints, ",")));
}

void validateNames(const CustomResourceDefinitionNames& names, const Path& path, Findings& problems) {
    label(names.plural(), path.child("plural"), problems);
    label(names.singular(), path.child("singular"), problems);
    mixedCaseLabel(names.kind(), path.child("kind"), problems);
    mixedCaseLabel(names.listkind(), path.child("listKind"), problems);
    for (int i = 0; i < names.shortnames_size(); ++i)
        label(names.shortnames(i), path.child("shortNames").index(static_cast<std::size_t>(i)), problems);
    if (!names.kind().empty() && names.kind() == names.listkind())
        problems.invalid(path.child("listKind"), names.listkind(), "kind and listKind may not be the same");
    for (int i = 0; i < names.categories_size(); ++i)
        label(names.categories(i), path.child("categories").index(static_cast<std::size_t>(i)), problems);
}

void validateColumns(const CustomResourceDefinitionVersion& version, const Path& path, Findings& problems) {
    static const std::vector<std::string> types = {"boolean", "date", "integer", "number", "string"};
    static const std::set<std::string> formats = {"int32", "int64", "float",     "double",
                                                  "byte",  "date",  "date-time", "password"};
    const std::string typeText = fmt::format("must be one of {}", fmt::join(types, ","));
    for (int i = 0; i < version.additionalprintercolumns_size(); ++i) {
        const auto& column = version.additionalprintercolumns(i);
        const Path at = path.index(static_cast<std::size_t>(i));
        if (column.name().empty()) problems.required(at.child("name"));
        if (column.type().empty())
            problems.required(at.child("type"), typeText);
        else if (std::find(types.begin(), types.end(), column.type()) == types.end())
            problems.invalid(at.child("type"), column.type(), typeText);
        if (!column.format().empty() && !formats.contains(column.format()))
            problems.invalid(at.child("format"), column.format(),
                             "must be one of byte,date,date-time,double,float,int32,int64,password");
        if (column.jsonpath().empty())
            problems.required(at.child("JSONPath"));
        else if (column.jsonpath().front() != '.' || !custom::JsonPath::parse(column.jsonpath()))
            problems.invalid(at.child("JSONPath"), column.jsonpath(), "must be a valid JSON path");
    }
}

void validateScalePath(const std::string& text, const char* below, const Path& path, bool required,
                       Findings& problems) {
    const std::string prefix = std::string(".") + below + ".";
    if (text.empty()) {
        if (required) problems.required(path);
    } else if (text.find('[') != std::string::npos || !custom::JsonPath::parse(text)) {
        problems.invalid(path, text, "should be a json path without array notation");
    } else if (!text.starts_with(prefix)) {
        problems.invalid(path, text, fmt::format("should be a json path under .{}", below));
    }
}

void validateSubresources(const CustomResourceDefinitionVersion& version, const Path& path,
                          Findings& problems) {
    if (!version.subresources().has_scale()) return;
    const auto& scale = version.subresources().scale();
    const Path at = path.child("scale");
    validateScalePath(scale.specreplicaspath(), "spec", at.child("specReplicasPath"), true, problems);
    validateScalePath(scale.statusreplicaspath(), "status", at.child("statusReplicasPath"), true, problems);
    const std::string& selector = scale.labelselectorpath();
    if (!selector.empty() && !selector.starts_with(".spec.") && !selector.starts_with(".status."))
        problems.invalid(at.child("labelSelectorPath"), selector,
                         "should be a json path under either .status or .spec");
}

void validateSelectable(const CustomResourceDefinitionVersion& version, const custom::Schema& schema,
                        const Path& path, Findings& problems) {
    std::set<std::string> seen;
    for (int i = 0; i < version.selectablefields_size(); ++i) {
        const std::string& text = version.selectablefields(i).jsonpath();
        const Path at = path.index(static_cast<std::size_t>(i)).child("jsonPath");
        if (text.empty()) {
            problems.required(at);
            continue;
        }
        const custom::Schema* found = &schema;
        std::string_view rest = text;
        if (rest.front() != '.' || rest.find('[') != std::string_view::npos) found = nullptr;
        while (found != nullptr && !rest.empty()) {
            rest.remove_prefix(1);
            const std::size_t dot = std::min(rest.find('.'), rest.size());
            found = found->property(rest.substr(0, dot));
            rest.remove_prefix(dot);
        }
        if (text.starts_with(".metadata.") || text == ".metadata")
            problems.invalid(at, text, "must not point to fields in metadata");
        else if (found == nullptr)
            problems.invalid(at, text, "is an invalid path: does not refer to a valid field");
        else if (found->type != "string" && found->type != "boolean" && found->type != "integer")
            problems.invalid(
                at, text,
                "must point to a field of type string, boolean or integer. Enum string fields and "
                "strings with formats are allowed.");
        if (!seen.insert(text).second) problems.duplicate(at, text);
    }
    if (seen.size() > mostSelectableFields)
        problems.tooMany(path, static_cast<std::int64_t>(seen.size()), mostSelectableFields);
}

} // namespace

JsonValue schemaOf(const CustomResourceDefinitionVersion& version) {
    auto json = JsonValue::parse(encodeJson(version.schema().openapiv3schema()));
    return json ? std::move(*json) : JsonValue();
}

namespace {

/// What all versions say alike Kubernetes reports once, where older definitions said it.
template <class Part>
bool allAlike(const CustomResourceDefinitionSpec& spec, const Part& part) {
    for (const auto& version : spec.versions())
        if (part(version) != part(spec.versions(0))) return false;
    return spec.versions_size() > 0;
}

void validateVersions(const CustomResourceDefinitionSpec& spec, Findings& problems) {
    const bool oneSchema = allAlike(spec, [](const auto& v) { return serialize(v.schema()); });
    const bool oneSubresources = allAlike(spec, [](const auto& v) { return serialize(v.subresources()); });
    const bool oneColumns = allAlike(spec, [](const auto& v) {
        std::string all;
        for (const auto& column : v.additionalprintercolumns())
            all += serialize(column) + '\n';
        return all;
    });
    for (int i = 0; i < spec.versions_size(); ++i) {
        const auto& version = spec.versions(i);
        const Path at = Path("spec").child("versions").index(static_cast<std::size_t>(i));
        if (!version.schema().has_openapiv3schema()) {
            problems.required(at.child("schema").child("openAPIV3Schema"), "schemas are required");
            continue;
        }
        const JsonValue schema = schemaOf(version);
        const Path schemaAt = oneSchema ? Path("spec.validation") : at.child("schema");
        if (!oneSchema || i == 0)
            custom::validateSchema(schema, version.subresources().has_status(),
                                   schemaAt.child("openAPIV3Schema").text(), problems);
        if (!oneSubresources || i == 0)
            validateSubresources(
                version, oneSubresources ? Path("spec.subresources") : at.child("subresources"), problems);
        if (!oneColumns || i == 0)
            validateColumns(version,
                            oneColumns ? Path("spec.additionalPrinterColumns")
                                       : at.child("additionalPrinterColumns"),
                            problems);
        validateSelectable(version, *custom::compile(schema), at.child("selectableFields"), problems);
        if (version.has_deprecationwarning() && !version.deprecated())
            problems.invalid(at.child("deprecationWarning"), version.deprecationwarning(),
                             "can only be set for deprecated versions");
        if (version.deprecationwarning().size() > 256)
            problems.invalid(at.child("deprecationWarning"), version.deprecationwarning(),
                             "must be <= 256 characters");
    }
}

void validateConversion(const CustomResourceDefinitionSpec& spec, Findings& problems) {
    const Path path("spec.conversion");
    if (!spec.has_conversion()) return;
    if (spec.conversion().strategy().empty()) problems.required(path.child("strategy"));
    const bool webhook = spec.conversion().strategy() == "Webhook";
    if (!webhook && spec.conversion().has_webhook())
        problems.forbidden(path.child("webhookClientConfig"),
                           "should not be set when strategy is not set to Webhook");
    if (webhook && !spec.conversion().webhook().has_clientconfig())
        problems.required(path.child("webhookClientConfig"), "required when strategy is set to Webhook");
}

void validateSpec(const CustomResourceDefinitionSpec& spec, Findings& problems) {
    const Path path("spec");
    if (spec.group().empty()) {
        problems.required(path.child("group"));
    } else if (const Complaints complaints = dnsSubdomain(spec.group()); !complaints.empty()) {
        problems.invalid(path.child("group"), spec.group(), fmt::format("{}", fmt::join(complaints, ",")));
    } else if (spec.group().find('.') == std::string::npos) {
        problems.invalid(path.child("group"), spec.group(), "should be a domain with at least one dot");
    }
    // Which words are allowed the message type says, and is checked like every enumeration.
    if (spec.scope().empty()) problems.required(path.child("scope"));
    int storage = 0;
    std::set<std::string> names;
    for (int i = 0; i < spec.versions_size(); ++i) {
        const auto& version = spec.versions(i);
        if (version.storage()) ++storage;
        names.insert(version.name());
        const Path at = path.child("versions").index(static_cast<std::size_t>(i)).child("name");
        if (const Complaints complaints = dns1035Label(version.name()); !complaints.empty())
            problems.invalid(at, version.name(), fmt::format("{}", fmt::join(complaints, ",")));
    }
    validateVersions(spec, problems);
    const auto versionsJson = [&] {
        std::string json = "[";
        for (const auto& version : spec.versions())
            json += (json.size() > 1 ? "," : "") + encodeJson(version);
        return json + "]";
    };
    if (names.size() != static_cast<std::size_t>(spec.versions_size()))
        problems.invalidJson(path.child("versions"), versionsJson(), "must contain unique version names");
    if (storage != 1)
        problems.invalidJson(path.child("versions"), versionsJson(),
                             "must have exactly one version marked as storage version");
    const Path namesAt = path.child("names");
    for (const auto& [field, value] :
         {std::pair("plural", &spec.names().plural()), std::pair("singular", &spec.names().singular()),
          std::pair("kind", &spec.names().kind()), std::pair("listKind", &spec.names().listkind())})
        if (value->empty()) problems.required(namesAt.child(field));
    validateNames(spec.names(), namesAt, problems);
    validateConversion(spec, problems);
    if (spec.preserveunknownfields())
        problems.invalidJson(path.child("preserveUnknownFields"), "true",
                             "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in "
                             "spec.versions[*].schema instead");
}

/// Groups under *.k8s.io and *.kubernetes.io belong to the community.
void validateApproval(const CustomResourceDefinition& definition, Findings& problems) {
    const std::string& group = definition.spec().group();
    const bool community = group == "k8s.io" || group.ends_with(".k8s.io") || group == "kubernetes.io" ||
                           group.ends_with(".kubernetes.io");
    if (!community) return;
    const Path at("metadata.annotations[api-approved.kubernetes.io]");
    const auto& annotations = definition.metadata().annotations();
    const auto given = annotations.find(approvalAnnotation);
    if (given == annotations.end())
        problems.required(at,
                          "protected groups must have approval annotation \"api-approved.kubernetes.io\", "
                          "see https://github.com/kubernetes/enhancements/pull/1111");
    else if (!given->second.starts_with("unapproved") &&
             !(given->second.starts_with("https://") && given->second.size() > 8))
        problems.invalid(at, given->second,
                         "protected groups must have approval annotation \"api-approved.kubernetes.io\" with "
                         "either a URL or a reason starting with \"unapproved\", see "
                         "https://github.com/kubernetes/enhancements/pull/1111");
}

/// The server keeps the list of what may be stored; a version in it cannot be left out.
void validateStoredVersions(const CustomResourceDefinition& definition, Findings& problems) {
    const Path path("status.storedVersions");
    const auto& stored = definition.status().storedversions();
    std::set<std::string> known;
    for (const auto& version : definition.spec().versions())
        known.insert(version.name());
    for (int i = 0; i < stored.size(); ++i)
        if (!known.contains(stored.Get(i)))
            problems.invalid(path.index(static_cast<std::size_t>(i)), stored.Get(i),
                             "must appear in spec.versions");
}

bool established(const CustomResourceDefinition& definition) {
    for (const auto& condition : definition.status().conditions())
        if (condition.type() == "Established") return condition.status() == "True";
    return false;
}

void immutable(const std::string& now, const std::string& before, const Path& path, Findings& problems) {
    if (now != before) problems.invalid(path, now, fieldIsImmutable);
}

} // namespace

namespace {

void validate(const CustomResourceDefinition& definition, Findings& problems) {
    const std::string wanted = definition.spec().names().plural() + "." + definition.spec().group();
    if (definition.metadata().name() != wanted)
        problems.invalid(Path("metadata.name"), definition.metadata().name(),
                         "must be spec.names.plural+\".\"+spec.group");
    validateSpec(definition.spec(), problems);
    validateNames(definition.status().acceptednames(), Path("status.acceptedNames"), problems);
    validateStoredVersions(definition, problems);
    validateApproval(definition, problems);
}

void validateChange(const CustomResourceDefinition& definition, const CustomResourceDefinition& old,
                    Findings& problems) {
    const Path spec("spec");
    if (established(old)) {
        immutable(definition.spec().scope(), old.spec().scope(), spec.child("scope"), problems);
        immutable(definition.spec().names().kind(), old.spec().names().kind(),
                  spec.child("names").child("kind"), problems);
    }
    immutable(definition.spec().group(), old.spec().group(), spec.child("group"), problems);
    immutable(definition.spec().names().plural(), old.spec().names().plural(),
              spec.child("names").child("plural"), problems);
}

void applyDefaults(CustomResourceDefinition& definition) {
    auto& spec = *definition.mutable_spec();
    auto& names = *spec.mutable_names();
    if (names.singular().empty()) names.set_singular(lower(names.kind()));
    if (names.listkind().empty() && !names.kind().empty()) names.set_listkind(names.kind() + "List");
    if (!spec.has_conversion()) spec.mutable_conversion()->set_strategy("None");
}

} // namespace

KindRuleList definitionRules() {
    using Definition = CustomResourceDefinition;
    static const KindRules rules[] = {
        {Definition::descriptor(), dnsSubdomain, true, on<Definition, applyDefaults>},
    };
    return rules;
}

std::vector<Cause> validateDefinition(const CustomResourceDefinition& definition,
                                      const CustomResourceDefinition* old) {
    Findings problems;
    if (old != nullptr) validateChange(definition, *old, problems);
    validate(definition, problems);
    return problems.take();
}

} // namespace wheelhouse::api::semantics

namespace wheelhouse::api::custom {

bool hasCelRules(const google::protobuf::Message& message) {
    const auto& definition = static_cast<const apiextensions::CustomResourceDefinition&>(message);
    for (const auto& version : definition.spec().versions())
        if (hasCelRules(*compile(semantics::schemaOf(version)))) return true;
    return false;
}

} // namespace wheelhouse::api::custom
