#include "custom/schema.h"

// What a schema makes of an object before it is checked: pruning and defaulting.

namespace wheelhouse::api::custom {
namespace {

bool isTypeMeta(std::string_view key) {
    return key == "apiVersion" || key == "kind" || key == "metadata";
}

void pruneInto(JsonValue& value, const Schema& schema, const std::string& path, bool resource,
               std::vector<std::string>& unknown);

void pruneObject(JsonObject& object, const Schema& schema, const std::string& path, bool resource,
                 std::vector<std::string>& unknown) {
    object.filter([&](const std::string& key, JsonValue& value) {
        if (resource && isTypeMeta(key)) return true;
        if (const Schema* known = schema.member(key)) {
            pruneInto(value, *known, joined(path, key), known->embedded, unknown);
            return true;
        }
        if (schema.preserveUnknown || schema.additionalAny) return true;
        unknown.push_back(joined(path, key));
        return false;
    });
}

void pruneInto(JsonValue& value, const Schema& schema, const std::string& path, bool resource,
               std::vector<std::string>& unknown) {
    if (JsonObject* object = value.object()) return pruneObject(*object, schema, path, resource, unknown);
    JsonValue::Array* array = value.array();
    if (array == nullptr || schema.items == nullptr) return;
    for (std::size_t i = 0; i < array->size(); ++i)
        pruneInto((*array)[i], *schema.items, indexed(path, i), schema.items->embedded, unknown);
}

/// A null where none may be stands for "not given".
bool isRefusedNull(const JsonValue& value, const Schema& schema) {
    return value.isNull() && !schema.nullable;
}

void fill(JsonObject& object, const Schema& schema) {
    object.filter([&](const std::string& key, const JsonValue& value) {
        const Schema* property = schema.property(key);
        return property == nullptr || property->defaultValue || !isRefusedNull(value, *property);
    });
    for (const auto& [name, property] : schema.properties) {
        if (!property->defaultValue) continue;
        const JsonValue* present = object.find(name);
        if (present == nullptr || isRefusedNull(*present, *property))
            object.put(name, *property->defaultValue);
    }
    for (auto& [key, value] : object) {
        const Schema* member = schema.member(key);
        if (member == nullptr) continue;
        if (isRefusedNull(value, *member) && member->defaultValue) value = *member->defaultValue;
        applyDefaults(value, *member);
    }
}

} // namespace

std::vector<std::string> prune(JsonObject& root, const Schema& schema) {
    std::vector<std::string> unknown;
    pruneObject(root, schema, {}, true, unknown);
    return unknown;
}

std::vector<std::string> pruneValue(JsonValue& value, const Schema& schema, const std::string& path) {
    std::vector<std::string> unknown;
    pruneInto(value, schema, path, schema.embedded, unknown);
    return unknown;
}

void applyDefaults(JsonObject& root, const Schema& schema) {
    fill(root, schema);
}

void applyDefaults(JsonValue& value, const Schema& schema) {
    if (JsonObject* object = value.object()) return fill(*object, schema);
    JsonValue::Array* array = value.array();
    if (array == nullptr || schema.items == nullptr) return;
    for (JsonValue& element : *array) {
        if (isRefusedNull(element, *schema.items) && schema.items->defaultValue)
            element = *schema.items->defaultValue;
        applyDefaults(element, *schema.items);
    }
}

} // namespace wheelhouse::api::custom
