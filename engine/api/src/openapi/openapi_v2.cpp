#include "engine/api/openapi.h"
#include "engine/base/assert.h"

#include <boost/json.hpp>

namespace wheelhouse::api {
namespace {

namespace json = boost::json;

constexpr std::string_view componentPrefix = "#/components/schemas/";

void looseSchema(json::value& value);

void looseMembers(json::object& object) {
    for (auto& member : object)
        looseSchema(member.value());
}

/// What a v3 schema says in v2's words, in place.
void looseSchema(json::value& value) {
    if (json::array* list = value.if_array()) {
        for (json::value& each : *list)
            looseSchema(each);
        return;
    }
    json::object* object = value.if_object();
    if (object == nullptr) return;
    if (json::value* reference = object->if_contains("$ref");
        reference != nullptr && reference->is_string()) {
        const std::string_view to = reference->as_string();
        if (to.starts_with(componentPrefix))
            *reference = "#/definitions/" + std::string(to.substr(componentPrefix.size()));
    }
    // A reference with a text beside it stands in a list of one in v3, and alone in v2.
    if (json::value* all = object->if_contains("allOf");
        all != nullptr && all->is_array() && all->as_array().size() == 1) {
        const json::value only = all->as_array().front();
        if (only.is_object() && only.as_object().contains("$ref")) {
            (*object)["$ref"] = only.at("$ref");
            object->erase("allOf");
            return looseSchema(value);
        }
    }
    // One of several types: v2 has no such thing; texts are what clients expect of quantities and ports.
    if (json::value* one = object->if_contains("oneOf"); one != nullptr && one->is_array()) {
        object->erase("oneOf");
        (*object)["type"] = "string";
    }
    looseMembers(*object);
}

json::array mediaTypes(const json::value* content) {
    json::array types;
    if (content == nullptr) return types;
    for (const auto& type : content->as_object())
        types.emplace_back(type.key());
    return types;
}

json::value firstSchema(const json::value& content) {
    for (const auto& type : content.as_object())
        if (const json::value* schema = type.value().as_object().if_contains("schema")) return *schema;
    return json::object();
}

json::array parameters(const json::object& operation) {
    json::array out;
    if (const json::value* list = operation.if_contains("parameters")) {
        for (const json::value& each : list->as_array()) {
            json::object parameter = each.as_object();
            const json::value schema = parameter["schema"];
            parameter.erase("schema");
            for (const auto& member : schema.as_object())
                parameter[member.key()] = member.value();
            out.push_back(std::move(parameter));
        }
    }
    if (const json::value* body = operation.if_contains("requestBody")) {
        json::object parameter = {
            {"name", "body"}, {"in", "body"}, {"schema", firstSchema(body->at("content"))}};
        if (body->as_object().contains("required")) parameter["required"] = true;
        out.push_back(std::move(parameter));
    }
    return out;
}

json::object operationV2(const json::object& from) {
    json::object out;
    for (const auto& member : from)
        if (member.key() != "parameters" && member.key() != "requestBody" && member.key() != "responses")
            out[member.key()] = member.value();
    const json::value* body = from.if_contains("requestBody");
    const json::array consumes =
        mediaTypes(body != nullptr ? body->as_object().if_contains("content") : nullptr);
    out["consumes"] = consumes.empty() ? json::array{"*/*"} : consumes;
    out["schemes"] = json::array{"https"};
    out["parameters"] = parameters(from);
    json::object responses;
    for (const auto& response : from.at("responses").as_object()) {
        const json::object& said = response.value().as_object();
        json::object now = {{"description", said.at("description")}};
        if (const json::value* content = said.if_contains("content")) {
            now["schema"] = firstSchema(*content);
            out["produces"] = mediaTypes(content);
        }
        responses[response.key()] = std::move(now);
    }
    out["responses"] = std::move(responses);
    return out;
}

void addPaths(json::object& paths, const json::object& from) {
    for (const auto& path : from) {
        json::object operations;
        for (const auto& operation : path.value().as_object())
            if (operation.value().is_object())
                operations[operation.key()] = operationV2(operation.value().as_object());
        paths[path.key()] = std::move(operations);
    }
}

} // namespace

std::string openApiV2(std::span<const OpenApiDocument> documents) {
    json::object paths;
    json::object definitions;
    for (const OpenApiDocument& document : documents) {
        boost::system::error_code error;
        json::value parsed = json::parse(document.json, error);
        WH_ASSERT(!error && parsed.is_object(), "an OpenAPI document of our own that is no JSON");
        json::object& root = parsed.as_object();
        if (const json::value* from = root.if_contains("paths")) addPaths(paths, from->as_object());
        const json::value* components = root.if_contains("components");
        const json::value* schemas =
            components != nullptr ? components->as_object().if_contains("schemas") : nullptr;
        if (schemas == nullptr) continue;
        for (const auto& schema : schemas->as_object())
            if (!definitions.contains(schema.key())) definitions[schema.key()] = schema.value();
    }
    json::value out = json::object{{"swagger", "2.0"},
                                   {"info", {{"title", "Wheelhouse"}, {"version", WHEELHOUSE_VERSION}}},
                                   {"paths", std::move(paths)},
                                   {"definitions", std::move(definitions)}};
    looseSchema(out);
    return json::serialize(out);
}

} // namespace wheelhouse::api
