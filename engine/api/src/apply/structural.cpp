#include "engine/api/merge_schema.h"
#include "engine/api/types.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <deque>

// The merge schema of a custom resource, from its OpenAPI schema.

namespace wheelhouse::api::apply {

namespace {

namespace json = boost::json;

std::string textAt(const json::object& schema, std::string_view key) {
    const json::value* value = schema.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool flagAt(const json::object& schema, std::string_view key) {
    const json::value* value = schema.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

const json::object* objectAt(const json::object& schema, std::string_view key) {
    const json::value* value = schema.if_contains(key);
    return value != nullptr ? value->if_object() : nullptr;
}

std::optional<Scalar> scalarAt(const json::object& schema, std::string_view key) {
    const json::value* value = schema.if_contains(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) return Scalar(std::string(value->get_string()));
    if (value->is_bool()) return Scalar(value->get_bool());
    if (value->is_int64()) return Scalar(value->get_int64());
    if (value->is_double()) return Scalar(value->get_double());
    return std::nullopt;
}

/// Keeps the nodes it makes where they are.
class Graph {
  public:
    const Type* make(const json::object& schema, bool root) {
        const std::string type = textAt(schema, "type");
        if (flagAt(schema, "x-kubernetes-int-or-string")) return scalar(Type::ScalarKind::Any);
        if (type == "string") return scalar(Type::ScalarKind::Text);
        if (type == "integer" || type == "number") return scalar(Type::ScalarKind::Number);
        if (type == "boolean") return scalar(Type::ScalarKind::Boolean);
        if (type == "array") return list(schema);
        if (type == "object" || objectAt(schema, "properties") != nullptr) return map(schema, root);
        return &untyped();
    }

  private:
    const Type* scalar(Type::ScalarKind kind) {
        nodes_.emplace_back().scalar = kind;
        return &nodes_.back();
    }

    const Type* list(const json::object& schema) {
        const json::object* items = objectAt(schema, "items");
        Type::List made{items != nullptr ? make(*items, false) : &untyped(), true, {}};
        const std::string how = textAt(schema, "x-kubernetes-list-type");
        made.atomic = how != "set" && how != "map";
        const json::value* keys = schema.if_contains("x-kubernetes-list-map-keys");
        for (std::size_t i = 0;
             how == "map" && keys != nullptr && keys->is_array() && i < keys->get_array().size(); ++i)
            if (keys->get_array()[i].is_string()) made.keys.emplace_back(keys->get_array()[i].get_string());
        nodes_.emplace_back().list = std::move(made);
        return &nodes_.back();
    }

    const Type* map(const json::object& schema, bool root) {
        Type::Map made;
        made.atomic = textAt(schema, "x-kubernetes-map-type") == "atomic";
        const json::value* others = schema.if_contains("additionalProperties");
        if (others != nullptr && others->is_object())
            made.element = make(others->get_object(), false);
        else if (flagAt(schema, "x-kubernetes-preserve-unknown-fields") ||
                 (others != nullptr && others->is_bool() && others->get_bool()))
            made.element = &untyped();
        if (const json::object* properties = objectAt(schema, "properties"))
            for (const auto& [name, property] : *properties)
                if (const json::object* below = property.if_object())
                    add(made, std::string(name), make(*below, false), scalarAt(*below, "default"));
        if (root || flagAt(schema, "x-kubernetes-embedded-resource")) {
            add(made, "apiVersion", scalar(Type::ScalarKind::Text), {});
            add(made, "kind", scalar(Type::ScalarKind::Text), {});
            add(made, "metadata", &typeOf(meta::ObjectMeta::descriptor()), {});
        }
        std::sort(made.fields.begin(), made.fields.end(),
                  [](const Type::Field& a, const Type::Field& b) { return a.name < b.name; });
        nodes_.emplace_back().map = std::move(made);
        return &nodes_.back();
    }

    static void add(Type::Map& map, const std::string& name, const Type* type,
                    std::optional<Scalar> keyDefault) {
        std::erase_if(map.fields, [&](const Type::Field& field) { return field.name == name; });
        Type::Field field;
        field.name = name;
        field.type = type;
        field.keyDefault = std::move(keyDefault);
        map.fields.push_back(std::move(field));
    }

    std::deque<Type> nodes_;
};

} // namespace

std::shared_ptr<const Type> typeOfOpenApi(std::string_view schema) {
    auto graph = std::make_shared<Graph>();
    json::error_code error;
    const json::value value = json::parse({schema.data(), schema.size()}, error);
    const json::object none;
    const json::object* object = error ? nullptr : value.if_object();
    const Type* root = graph->make(object != nullptr ? *object : none, true);
    return {graph, root};
}

} // namespace wheelhouse::api::apply
