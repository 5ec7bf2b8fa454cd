#include "body.h"

#include "auth/reviews.h"
#include "engine/api/by_kind.h"
#include "engine/api/custom_resource.h"
#include "errors.h"
#include "verbs.h"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace wheelhouse::apiserver {
namespace {

constexpr std::string_view acceptedBodies =
    "application/json, application/yaml, application/vnd.kubernetes.protobuf";

Result<api::Decoded> decodeText(std::string_view json, const BodyKind& expected,
                                api::FieldValidation validation) {
    return expected.row ? api::decodeJson(json, *expected.row, validation)
                        : api::decodeJson(json, expected.type, validation);
}

Result<api::Decoded> decodeYaml(std::string_view bytes, const BodyKind& expected,
                                api::FieldValidation validation) {
    auto documents = api::yamlToJson(bytes);
    if (!documents) return fail(documents.error());
    if (documents->size() != 1)
        return fail(Reason::BadRequest,
                    fmt::format("the body must be one YAML document, not {}", documents->size()));
    return decodeText(documents->front(), expected, validation);
}

/// Versions with the same fields that clients older than a kind's present version still send.
bool isOlderForm(std::string_view version, const BodyKind& expected) {
    return expected.kind == "Eviction" && version == "policy/v1beta1";
}

Result<void> checkKind(const api::Decoded& decoded, const BodyKind& expected,
                       const api::Catalogue& catalogue) {
    const std::string& version = decoded.apiVersion;
    const std::string& kind = decoded.kindName;
    const bool spoken = version.empty() || version == expected.apiVersion || isOlderForm(version, expected);
    if (spoken && (kind.empty() || kind == expected.kind)) return {};
    const std::string known = version.empty() ? expected.apiVersion : version;
    if (!kind.empty() && kind != expected.kind && !catalogue.find(known, kind))
        return fail(
            Reason::BadRequest,
            fmt::format("no kind \"{}\" is registered for version \"{}\"; this request takes a {} of {}",
                        kind, known, expected.kind, expected.apiVersion));
    return fail(Reason::BadRequest, fmt::format("{} in version \"{}\" cannot be handled as a {}: converting "
                                                "({}.{}) to ({}.{}): unknown conversion",
                                                kind.empty() ? expected.kind : kind, known, expected.kind,
                                                known, kind, expected.apiVersion, expected.kind));
}

} // namespace

BodyKind bodyKindOf(const api::Kind& kind, std::string_view subresource) {
    if (isScale(subresource)) return {scaleType(), "autoscaling/v1", "Scale", nullptr};
    if (subresource == "binding") return {bindingType(), "v1", "Binding", nullptr};
    if (subresource == "token")
        return {auth::tokenRequestType(), "authentication.k8s.io/v1", "TokenRequest", nullptr};
    if (subresource == "eviction") return {evictionType(), "policy/v1", "Eviction", nullptr};
    return {kind.descriptor, kind.apiVersion(), kind.kind, &kind};
}

namespace {

Result<api::Decoded> decodeUnchecked(std::string_view bytes, BodyType bodyType, const BodyKind& expected,
                                     api::FieldValidation validation) {
    Result<api::Decoded> decoded = fail(unsupportedMediaType(acceptedBodies));
    if (bodyType == BodyType::Json)
        decoded = decodeText(bytes, expected, validation);
    else if (bodyType == BodyType::Yaml)
        decoded = decodeYaml(bytes, expected, validation);
    else if (bodyType == BodyType::Protobuf && (!expected.row || !api::customOf(*expected.row)))
        decoded = api::decodeProtobuf(bytes, expected.type);
    return decoded;
}

} // namespace

Result<api::Decoded> decodeBody(std::string_view bytes, BodyType bodyType, const BodyKind& expected,
                                api::FieldValidation validation, const api::Catalogue& catalogue) {
    auto decoded = decodeUnchecked(bytes, bodyType, expected, validation);
    if (!decoded) return decoded;
    if (auto checked = checkKind(*decoded, expected, catalogue); !checked) return fail(checked.error());
    return decoded;
}

Result<api::Decoded> decodeAnyVersion(std::string_view bytes, BodyType bodyType, BodyKind expected,
                                      api::FieldValidation validation, const api::Catalogue& catalogue) {
    auto decoded = decodeUnchecked(bytes, bodyType, expected, validation);
    if (!decoded) return decoded;
    expected.apiVersion = decoded->apiVersion;
    if (auto checked = checkKind(*decoded, expected, catalogue); !checked) return fail(checked.error());
    return decoded;
}

Result<std::string> appliedConfiguration(const std::string& body) {
    const std::size_t first = body.find_first_not_of(" \t\r\n");
    if (first != std::string::npos && body[first] == '{') {
        boost::json::error_code error;
        const auto value = boost::json::parse(body, error);
        if (!error) return body;
    }
    auto documents = api::yamlToJson(body);
    if (!documents) return fail(Reason::BadRequest, "error decoding YAML: " + documents.error().message);
    if (documents->size() != 1)
        return fail(
            Reason::BadRequest,
            fmt::format("error decoding YAML: the body must be one document, not {}", documents->size()));
    return std::move(documents->front());
}

Result<api::meta::DeleteOptions> deleteOptionsOf(const Request& request, const Query& query,
                                                 const api::Catalogue& catalogue) {
    api::meta::DeleteOptions options;
    if (!request.body.empty()) {
        const BodyKind expected{api::meta::DeleteOptions::descriptor(), "", "DeleteOptions", nullptr};
        // Every group's version names these options; the body may carry any of them.
        auto decoded = decodeAnyVersion(request.body, bodyType(request.header("content-type")), expected,
                                        api::FieldValidation::Ignore, catalogue);
        if (!decoded) return fail(decoded.error());
        options = static_cast<const api::meta::DeleteOptions&>(*decoded->message);
        if (options.dryrun_size() > 1 || (options.dryrun_size() == 1 && options.dryrun(0) != "All"))
            return fail(
                invalidOption("DeleteOptions", {"FieldValueNotSupported",
                                                "Unsupported value: supported values: \"All\"", "dryRun"}));
        return options;
    }
    auto grace = query.number("gracePeriodSeconds");
    if (!grace) return fail(grace.error());
    if (*grace) options.set_graceperiodseconds(**grace);
    if (query.has("propagationPolicy")) options.set_propagationpolicy(query.text("propagationPolicy"));
    if (query.has("orphanDependents")) options.set_orphandependents(query.flag("orphanDependents"));
    return options;
}

Result<api::FieldValidation> parseFieldValidation(std::string_view text, std::string_view optionsKind) {
    if (text.empty() || text == "Warn") return api::FieldValidation::Warn;
    if (text == "Ignore") return api::FieldValidation::Ignore;
    if (text == "Strict") return api::FieldValidation::Strict;
    return fail(invalidOption(
        optionsKind,
        {"FieldValueNotSupported",
         fmt::format("Unsupported value: \"{}\": supported values: \"Ignore\", \"Warn\", \"Strict\"", text),
         "fieldValidation"}));
}

} // namespace wheelhouse::apiserver
