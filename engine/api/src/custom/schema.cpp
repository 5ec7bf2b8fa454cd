#include "custom/schema.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <re2/re2.h>

namespace wheelhouse::api::custom {
namespace {

std::string textAt(const JsonObject& json, std::string_view key) {
    const JsonValue* value = json.find(key);
    const std::string* text = value == nullptr ? nullptr : value->string();
    return text == nullptr ? std::string() : *text;
}

bool flagAt(const JsonObject& json, std::string_view key) {
    const JsonValue* value = json.find(key);
    return value != nullptr && value->isTrue();
}

std::optional<double> numberAt(const JsonObject& json, std::string_view key) {
    const JsonValue* value = json.find(key);
    if (value == nullptr || !value->isNumber()) return std::nullopt;
    return value->number();
}

std::optional<std::int64_t> integerAt(const JsonObject& json, std::string_view key) {
    const auto number = numberAt(json, key);
    if (!number) return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

std::vector<std::string> textsAt(const JsonObject& json, std::string_view key) {
    std::vector<std::string> texts;
    const JsonValue* value = json.find(key);
    const JsonValue::Array* array = value == nullptr ? nullptr : value->array();
    if (array == nullptr) return texts;
    for (const JsonValue& element : *array)
        if (const std::string* text = element.string()) texts.push_back(*text);
    return texts;
}

std::vector<SchemaPtr> schemasAt(const JsonObject& json, std::string_view key) {
    std::vector<SchemaPtr> schemas;
    const JsonValue* value = json.find(key);
    const JsonValue::Array* array = value == nullptr ? nullptr : value->array();
    if (array == nullptr) return schemas;
    for (const JsonValue& element : *array)
        schemas.push_back(compile(element));
    return schemas;
}

/// Schemas made by one generator have the same few patterns again and again.
std::shared_ptr<const re2::RE2> sharedExpression(const std::string& pattern) {
    static std::mutex mutex;
    static std::map<std::string, std::weak_ptr<const re2::RE2>> known;
    constexpr std::size_t sweepAt = 1024;
    const std::lock_guard lock(mutex);
    if (known.size() >= sweepAt) std::erase_if(known, [](const auto& each) { return each.second.expired(); });
    auto& kept = known[pattern];
    auto expression = kept.lock();
    if (!expression) kept = expression = std::make_shared<const re2::RE2>(pattern, re2::RE2::Quiet);
    return expression;
}

std::unique_ptr<const ValueRules> compileRules(const JsonObject& json) {
    ValueRules rules;
    rules.format = textAt(json, "format");
    rules.minimum = numberAt(json, "minimum");
    rules.maximum = numberAt(json, "maximum");
    rules.exclusiveMinimum = flagAt(json, "exclusiveMinimum");
    rules.exclusiveMaximum = flagAt(json, "exclusiveMaximum");
    rules.multipleOf = numberAt(json, "multipleOf");
    rules.minLength = integerAt(json, "minLength");
    rules.maxLength = integerAt(json, "maxLength");
    rules.minItems = integerAt(json, "minItems");
    rules.maxItems = integerAt(json, "maxItems");
    rules.minProperties = integerAt(json, "minProperties");
    rules.maxProperties = integerAt(json, "maxProperties");
    rules.uniqueItems = flagAt(json, "uniqueItems");
    rules.pattern = textAt(json, "pattern");
    if (!rules.pattern.empty()) {
        auto expression = sharedExpression(rules.pattern);
        if (expression->ok()) rules.expression = std::move(expression);
    }
    if (const JsonValue* values = json.find("enum"); values != nullptr && values->array() != nullptr)
        rules.enumeration = *values->array();
    rules.required = textsAt(json, "required");
    rules.allOf = schemasAt(json, "allOf");
    rules.anyOf = schemasAt(json, "anyOf");
    rules.oneOf = schemasAt(json, "oneOf");
    if (const JsonValue* negated = json.find("not")) rules.negated = compile(*negated);
    const bool any = !rules.format.empty() || rules.minimum || rules.maximum || rules.multipleOf ||
                     rules.minLength || rules.maxLength || rules.minItems || rules.maxItems ||
                     rules.minProperties || rules.maxProperties || rules.uniqueItems ||
                     !rules.pattern.empty() || !rules.enumeration.empty() || !rules.required.empty() ||
                     !rules.allOf.empty() || !rules.anyOf.empty() || !rules.oneOf.empty() || rules.negated;
    return any ? std::make_unique<const ValueRules>(std::move(rules)) : nullptr;
}

} // namespace

const Schema* Schema::property(std::string_view name) const {
    const auto found = std::lower_bound(properties.begin(), properties.end(), name,
                                        [](const auto& each, std::string_view n) { return each.first < n; });
    return found != properties.end() && found->first == name ? found->second.get() : nullptr;
}

const Schema* Schema::member(std::string_view name) const {
    const Schema* own = property(name);
    return own != nullptr ? own : additional.get();
}

SchemaPtr compile(const JsonValue& json) {
    auto schema = std::make_shared<Schema>();
    const JsonObject* from = json.object();
    if (from == nullptr) return schema;
    schema->type = textAt(*from, "type");
    schema->nullable = flagAt(*from, "nullable");
    schema->preserveUnknown = flagAt(*from, "x-kubernetes-preserve-unknown-fields");
    schema->embedded = flagAt(*from, "x-kubernetes-embedded-resource");
    schema->intOrString = flagAt(*from, "x-kubernetes-int-or-string");
    schema->atomicMap = textAt(*from, "x-kubernetes-map-type") == "atomic";
    const std::string list = textAt(*from, "x-kubernetes-list-type");
    schema->list = list == "set"   ? Schema::List::Set
                   : list == "map" ? Schema::List::Map
                                   : Schema::List::Atomic;
    schema->listMapKeys = textsAt(*from, "x-kubernetes-list-map-keys");
    const JsonValue* cel = from->find("x-kubernetes-validations");
    schema->rulesInCel = cel != nullptr && cel->array() != nullptr && !cel->array()->empty();
    if (const JsonValue* properties = from->find("properties"); properties != nullptr && properties->object())
        for (const auto& [name, value] : *properties->object())
            schema->properties.emplace_back(name, compile(value));
    if (const JsonValue* additional = from->find("additionalProperties")) {
        if (additional->object() != nullptr)
            schema->additional = compile(*additional);
        else
            (additional->isTrue() ? schema->additionalAny : schema->additionalForbidden) = true;
    }
    if (const JsonValue* items = from->find("items"); items != nullptr && items->object())
        schema->items = compile(*items);
    if (const JsonValue* value = from->find("default"); value != nullptr && !value->isNull())
        schema->defaultValue = *value;
    schema->rules = compileRules(*from);
    return schema;
}

bool hasCelRules(const Schema& schema) {
    return schema.rulesInCel || (schema.items && hasCelRules(*schema.items)) ||
           (schema.additional && hasCelRules(*schema.additional)) ||
           std::any_of(schema.properties.begin(), schema.properties.end(),
                       [](const auto& each) { return hasCelRules(*each.second); });
}

std::string joined(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : path + "." + std::string(name);
}

std::string indexed(const std::string& path, std::size_t i) {
    return path + "[" + std::to_string(i) + "]";
}

} // namespace wheelhouse::api::custom
