#pragma once

#include "engine/api/field_set.h"

#include <google/protobuf/descriptor.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::api::apply {

/// What server-side apply must know of a value: which forms of JSON it may have, and how two versions of it
/// are merged. Made from the messages of the schema (`typeOf`) or by whoever has another schema (a custom
/// resource's). A graph of nodes that never change once made.
struct Type {
    enum class ScalarKind { None, Number, Text, Boolean, Any };
    /// When a message's field stands in JSON (see Emit in options.proto).
    enum class Presence { NonZero, IfSet, Always };

    struct Field {
        std::string name; ///< in JSON
        const Type* type = nullptr;
        std::optional<Scalar> keyDefault; ///< what an absent field counts as when it is a list key
        // Only for messages:
        std::vector<const google::protobuf::FieldDescriptor*> through; ///< messages inlined into this one
        const google::protobuf::FieldDescriptor* field = nullptr;
        Presence presence = Presence::NonZero;
    };
    struct List {
        const Type* element = nullptr;
        bool atomic = true;
        std::vector<std::string> keys; ///< not atomic: empty = a set of scalars
    };
    struct Map {
        std::vector<Field> fields;     ///< sorted by name
        const Type* element = nullptr; ///< of every other key; null = there may be none
        bool atomic = false;
        const Field* find(std::string_view name) const;
    };

    ScalarKind scalar = ScalarKind::None;
    std::optional<List> list;
    std::optional<Map> map;

    /// One value for merging: a scalar, an atomic list, an atomic map.
    bool leaf() const { return (!map || map->atomic) && (!list || list->atomic); }
};

/// The type of a message of the schema; lives as long as the program. Thread-safe.
const Type& typeOf(const google::protobuf::Descriptor* message);
/// The type of a custom resource, from its OpenAPI v3 schema (JSON of a CustomResourceDefinition's
/// openAPIV3Schema). Metadata, apiVersion and kind are those of every object. A schema that says nothing
/// gives `untyped`.
std::shared_ptr<const Type> typeOfOpenApi(std::string_view schema);
/// Of values nobody has a schema for: maps are merged key by key, lists are atomic.
const Type& untyped();
/// The same, but nothing is merged.
const Type& untypedAtomic();

} // namespace wheelhouse::api::apply
