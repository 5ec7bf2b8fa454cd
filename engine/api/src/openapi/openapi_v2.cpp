#include "engine/api/openapi.h"
#include "engine/base/assert.h"
#include "openapi/gnostic.h"
#include "openapi/hash.h"

#include <algorithm>
#include <boost/json.hpp>
#include <mutex>
#include <set>

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

bool flagAt(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

/// Nobody may be told that a field is required whose null the client would refuse.
void dropNullableRequired(json::object& schema) {
    json::value* properties = schema.if_contains("properties");
    json::value* required = schema.if_contains("required");
    if (properties == nullptr || !properties->is_object() || required == nullptr || !required->is_array())
        return;
    json::array kept;
    for (const json::value& name : required->get_array()) {
        const json::value* property =
            name.is_string() ? properties->get_object().if_contains(name.get_string()) : nullptr;
        if (property == nullptr || !property->is_object() || !flagAt(property->get_object(), "nullable"))
            kept.push_back(name);
    }
    if (kept.empty())
        schema.erase("required");
    else
        *required = std::move(kept);
}

/// A custom kind's schema as Kubernetes publishes it in v2: whatever would make kubectl's old validation
/// refuse what the server takes goes.
void loosenCustom(json::value& value) {
    json::object* schema = value.if_object();
    if (schema == nullptr) return;
    for (const char* key : {"allOf", "anyOf", "oneOf", "not"})
        schema->erase(key);
    if (flagAt(*schema, "x-kubernetes-preserve-unknown-fields"))
        for (const char* key : {"items", "properties", "additionalProperties"})
            schema->erase(key);
    dropNullableRequired(*schema);
    if (flagAt(*schema, "nullable"))
        for (const char* key : {"nullable", "type", "items", "properties"})
            schema->erase(key);
    if (json::value* properties = schema->if_contains("properties"))
        if (json::object* all = properties->if_object())
            for (auto& each : *all)
                loosenCustom(each.value());
    for (const char* key : {"items", "additionalProperties"})
        if (json::value* below = schema->if_contains(key)) loosenCustom(*below);
}

/// The kind itself: its metadata stays a reference.
void loosenCustomRoot(json::value& value) {
    json::object* schema = value.if_object();
    if (schema == nullptr) return;
    constexpr const char* kinds = "x-kubernetes-group-version-kind";
    if (flagAt(*schema, "x-kubernetes-preserve-unknown-fields")) {
        json::object open = {{"type", "object"}};
        if (const json::value* named = schema->if_contains(kinds)) open[kinds] = *named;
        value = std::move(open);
        return;
    }
    schema->erase("x-kubernetes-selectable-fields");
    json::value* properties = schema->if_contains("properties");
    json::value metadata;
    if (properties != nullptr && properties->is_object())
        if (json::value* known = properties->get_object().if_contains("metadata")) metadata = *known;
    loosenCustom(value);
    if (!metadata.is_null() && schema->contains("properties"))
        schema->at("properties").get_object()["metadata"] = std::move(metadata);
}

bool isBuiltInName(std::string_view name) {
    return name.starts_with("io.k8s.api.") || name.starts_with("io.k8s.apimachinery.");
}

/// The document as it grows, one group version at a time: the whole in memory as values would be large.
struct Growing {
    std::string paths; ///< members of JSON objects, without the braces
    std::string definitions;
    std::string protobuf;
    std::set<std::string> known; ///< paths and definitions

    void add(const std::string& text, bool custom);
};

void appendMembers(std::string& out, const json::object& object) {
    if (object.empty()) return;
    const std::string text = json::serialize(object);
    if (!out.empty()) out += ',';
    out.append(text, 1, text.size() - 2);
}

void Growing::add(const std::string& text, bool custom) {
    json::error_code error;
    const json::value parsed = json::parse(text, error);
    WH_ASSERT(!error && parsed.is_object(), "an OpenAPI document of our own that is no JSON");
    const json::object& root = parsed.get_object();
    json::object newPaths;
    json::object newDefinitions;
    if (const json::value* from = root.if_contains("paths")) addPaths(newPaths, from->as_object());
    for (auto at = newPaths.begin(); at != newPaths.end();)
        if (known.insert(std::string(at->key())).second)
            ++at;
        else
            at = newPaths.erase(at);
    if (const json::value* components = root.if_contains("components"))
        for (const auto& schema : components->at("schemas").as_object()) {
            const std::string name(schema.key());
            if (!known.insert(name).second) continue;
            json::value& put = newDefinitions[name] = schema.value();
            if (custom && !isBuiltInName(name)) loosenCustomRoot(put);
        }
    json::value part =
        json::object{{"paths", std::move(newPaths)}, {"definitions", std::move(newDefinitions)}};
    looseSchema(part);
    appendMembers(paths, part.at("paths").as_object());
    appendMembers(definitions, part.at("definitions").as_object());
    protobuf += gnosticDocument(part);
}

const json::object& head() {
    static const json::object object = {{"swagger", "2.0"},
                                        {"info", {{"title", "Wheelhouse"}, {"version", WHEELHOUSE_VERSION}}}};
    return object;
}

/// What never changes, kept from the first time on.
const Growing& builtInPart() {
    static const Growing part = [] {
        Growing growing;
        growing.protobuf = gnosticDocument(head());
        for (const OpenApiDocument& document : openApiV3())
            growing.add(document.json, false);
        return growing;
    }();
    return part;
}

OpenApiV2 makeV2(const Catalogue& catalogue, const std::vector<OpenApiEntry>& entries) {
    Growing growing = builtInPart();
    const auto& fixed = openApiV3();
    for (const OpenApiEntry& entry : entries) {
        const bool builtIn = std::any_of(fixed.begin(), fixed.end(), [&](const OpenApiDocument& each) {
            return each.path == entry.path && each.hash == entry.hash;
        });
        if (builtIn) continue;
        if (const auto document = openApiDocument(catalogue, entry.path)) growing.add(*document->json, true);
    }
    std::string text = json::serialize(head());
    text.pop_back();
    text += ",\"paths\":{" + growing.paths + "},\"definitions\":{" + growing.definitions + "}}";
    OpenApiV2 made;
    made.hash = sha512(text);
    made.json = std::make_shared<const std::string>(std::move(text));
    made.protobuf = std::make_shared<const std::string>(std::move(growing.protobuf));
    return made;
}

} // namespace

OpenApiV2 openApiV2(const Catalogue& catalogue) {
    static std::mutex mutex;
    static std::string madeOf;
    static OpenApiV2 made;
    std::string wanted;
    const auto entries = openApiIndex(catalogue);
    for (const OpenApiEntry& each : entries)
        wanted += each.path + each.hash;
    const std::lock_guard lock(mutex);
    if (madeOf == wanted) return made;
    made = makeV2(catalogue, entries);
    madeOf = std::move(wanted);
    return made;
}

} // namespace wheelhouse::api
